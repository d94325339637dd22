"""Broken files of every kind: a message with the file and the place, never a traceback."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Tocsin
from tests.imports import AT, SAMPLES, Import, Json, import_of, sample
from tocsin_cli.importing.sources import SourceError
from tocsin_cli.yaml_file import checked, read_yaml

JSON_SAMPLES = {
    "opsgenie": "opsgenie-api.json",
    "pagerduty": "pagerduty-api.json",
    "grafana-oncall": "grafana-oncall-api.json",
    "incident-io": "incident-io-api.json",
    "terraform": "terraform-state.json",
}
TEXT_SAMPLES = {"alertmanager": "alertmanager.yml", "ics": "oncall.ics"}
many = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(["", "0", "-1", "2026-02-30", "9999-12-31T23:59:59Z", "0001-01-01", "\ud800"]),
    st.sampled_from(["99:99", "24:00", "Nowhere/City", "PALICE1", "team", "if_else", "\x1b[2J|`"]),
    st.just([]),
    st.just({}),
    st.just([None]),
    st.just({"": [{}]}),
    st.integers(-(10**30), 10**30),
)


def paths_of(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    members: list[tuple[Any, object]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    return [path, *(it for name, member in members for it in paths_of(member, (*path, name)))]


def changed(value: Json, path: tuple[Any, ...], new: object) -> Json:
    whole = copy.deepcopy(value)
    inner: Any = whole
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = new
    return whole


def import_or_refuse(kind: str, path: Path) -> Import | None:
    """Import with all that the command does; None: it was refused, with the place."""
    try:
        made = import_of(kind, path)
        made.verified()  # reads parts of the source that the file has no use for
    except SourceError as refusal:
        return None if refusal.place and refusal.problem else pytest.fail("says nothing")
    checked(read_yaml(made.text.encode(), "out.yaml"), at=AT)
    assert made.report
    return made


@pytest.mark.parametrize(("kind", "name"), JSON_SAMPLES.items())
@many
@given(data=st.data())
def test_any_value_at_any_place(
    kind: str, name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = sample(name)
    paths = paths_of(whole)[1:]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths))
        try:
            whole = changed(whole, path, data.draw(odd))
        except (LookupError, TypeError):
            continue  # what was there is gone
    file = tmp_path_factory.mktemp("source") / "source.json"
    file.write_text(json.dumps(whole), encoding="utf-8")

    import_or_refuse(kind, file)


@pytest.mark.parametrize(("kind", "name"), [*JSON_SAMPLES.items(), *TEXT_SAMPLES.items()])
@many
@given(data=st.data())
def test_any_part_of_a_file(
    kind: str, name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = (SAMPLES / name).read_bytes()
    begins = data.draw(st.integers(0, len(whole)))
    ends = data.draw(st.integers(begins, min(len(whole), begins + 40)))
    file = tmp_path_factory.mktemp("source") / "source"
    file.write_bytes(whole[:begins] + data.draw(st.binary(max_size=8)) + whole[ends:])

    import_or_refuse(kind, file)


@pytest.mark.parametrize(("kind", "name"), [*JSON_SAMPLES.items(), *TEXT_SAMPLES.items()])
def test_a_file_that_ends_too_early_is_refused_with_its_name(
    kind: str, name: str, tocsin: Tocsin, tmp_path: Path
) -> None:
    file = tmp_path / "cut"
    file.write_bytes((SAMPLES / name).read_bytes()[:500])

    done = tocsin("import", kind, str(file), "--out", str(tmp_path / "team.yaml"))

    assert done.code == 1
    assert done.err.startswith("tocsin: cut: ")
    assert "Nothing was written." in done.err
    assert not (tmp_path / "team.yaml").exists()


@pytest.mark.parametrize("kind", [*JSON_SAMPLES, *TEXT_SAMPLES])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "does not exist"),
        (b"", "is no"),
        (b"\xff\xfe\x00", "is no UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a": ' * 100_000, "nested too deep"),
        (b"[1, 2]", ""),
        (b'{"GET /nothing": 1}', "no"),
        (b'{"values": {}}', "no"),
        (b"null", ""),
    ],
    ids=[
        "missing",
        "empty",
        "no text",
        "deep list",
        "deep object",
        "list",
        "other",
        "nothing",
        "null",
    ],
)
def test_a_file_of_something_else_is_refused(
    kind: str, content: bytes | None, problem: str, tocsin: Tocsin, tmp_path: Path
) -> None:
    file = tmp_path / "source"
    if content is not None:
        file.write_bytes(content)

    done = tocsin("import", kind, str(file), "--out", str(tmp_path / "team.yaml"))

    assert done.code == 1
    assert "source" in done.err
    assert problem in done.err or kind in TEXT_SAMPLES


def test_answers_of_another_product_are_refused(tocsin: Tocsin, tmp_path: Path) -> None:
    said = {
        "pagerduty-api.json": "is no answer that this kind of source has",
        "incident-io-api.json": "holds nothing to import; is it of this kind?",
    }
    for name, problem in said.items():
        source = str(SAMPLES / name)

        done = tocsin("import", "opsgenie", source, "--out", str(tmp_path / "team.yaml"))

        assert done.code == 1
        assert problem in done.err


def test_aliases_that_grow_without_end_are_refused(tocsin: Tocsin, tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{it}: &a{it} [{', '.join([f'*a{it - 1}'] * 10)}]" for it in range(1, 10)]
    file = tmp_path / "alertmanager.yml"
    file.write_text("\n".join([*lines, "route: *a9", ""]), encoding="utf-8")

    done = tocsin("import", "alertmanager", str(file), "--out", str(tmp_path / "team.yaml"))

    assert done.code == 1
    assert "has more than 200,000 values" in done.err


def test_an_alias_inside_of_itself_is_refused(tocsin: Tocsin, tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text("route: &r {routes: [*r]}\n", encoding="utf-8")

    done = tocsin("import", "alertmanager", str(file), "--out", str(tmp_path / "team.yaml"))

    assert done.code == 1
    assert "an alias inside of what it stands for" in done.err


def test_a_message_names_the_place_and_what_would_be_right(tocsin: Tocsin, tmp_path: Path) -> None:
    whole = sample("pagerduty-api.json")
    layers = whole["GET /schedules?include[]=schedule_layers"]["schedules"][0]["schedule_layers"]
    layers[1]["rotation_virtual_start"] = "soon"
    file = tmp_path / "pd.json"
    file.write_text(json.dumps(whole), encoding="utf-8")

    done = tocsin("import", "pagerduty", str(file), "--out", str(tmp_path / "team.yaml"))

    assert done.err.splitlines()[0] == (
        "tocsin: pd.json: GET /schedules?include[]=schedule_layers.schedules[0].schedule_layers[1]"
        '.rotation_virtual_start: must be a time such as 2026-03-01T09:00:00Z, and is "soon"'
    )


def test_many_people_of_one_name_take_no_longer_each(tmp_path: Path) -> None:
    users = [
        {"id": f"P{it}", "name": "Ann", "email": f"ann@{it}.example.com"} for it in range(5_000)
    ]
    file = tmp_path / "pd.json"
    file.write_text(json.dumps({"GET /users": {"users": users}}), encoding="utf-8")

    made = import_of("pagerduty", file)

    names = [it["name"] for it in made.draft.sections["users"]]
    assert names[:3] == ["ann", "ann-2", "ann-3"]
    assert len(names) == 500
    assert made.note("TooManyUsers").value == "4500 of 5000"
