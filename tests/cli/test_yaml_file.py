"""A team's file as YAML: what its lines say, and what is wrong with them."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.team_file.reading import read_team_file
from tocsin_cli.yaml_file import (
    DEPTH_LIMIT,
    SIZE_LIMIT_BYTES,
    FileError,
    FileProblem,
    checked,
    read_file,
    read_yaml,
    render,
)

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[2] / "teams/example.yaml"
TEN_MISTAKES = """\
team: payments
user: []
users:
  - name: alice
    email: alice(at)example.com
  - {name: bob, notify: [{by: sms}]}
  - name: ALICE
channels:
  - {name: ops, type: slack, channel: "#ops", secret: xoxb-123456789012-abcdefghijkl}
integrations:
  - name: prometheus
    type: alertmanager
    escalation_policy: defalt
schedules:
  - name: primary
    layers:
      - {rotation: weekly, handoff: 9am, start: 2026-01-05, users: [alice, bob]}
      - {name: x, rotation: daily, start: 2026-01-05, users: [alice, carol]}
escalation_policies:
  - name: default
    steps:
      - targets: [{schedule: primry}]
        delay: 5 minutes
routes:
  - {match: [team], escalation_policy: default}
"""


def data_of(text: str | bytes) -> Any:  # noqa: ANN401 - any YAML
    return read_yaml(text, "f").data


def refusal(text: str | bytes) -> str:
    with pytest.raises(FileError) as refused:
        checked(read_yaml(text, "f"), at=AT)
    return str(refused.value)


def test_ten_mistakes_are_named_with_their_lines_in_order() -> None:
    with pytest.raises(FileError) as refused:
        checked(read_yaml(TEN_MISTAKES, "teams/payments.yaml"), at=AT)

    told = str(refused.value).splitlines()
    places = [line.removeprefix("teams/payments.yaml:").split(": ")[:2] for line in told]
    assert places == [
        ["2:1", "user"],
        ["5:5", "users[0].email"],
        ["6:27", "users[1].notify[0].by"],
        ["7:5", "users[2].name"],
        ["9:47", "channels[0].secret"],
        ["13:5", "integrations[0].escalation_policy"],
        ["17:28", "schedules[0].layers[0].handoff"],
        ["18:70", "schedules[0].layers[1].users[1]"],
        ["22:20", "escalation_policies[0].steps[0].targets[0].schedule"],
        ["23:9", "escalation_policies[0].steps[0].delay"],
        ["25:14", "routes[0].match[0]"],
    ]
    assert "did you mean primary?" in told[8]
    assert "xoxb" not in str(refused.value)


def test_what_yaml_itself_refuses_does_not_hide_other_mistakes() -> None:
    text = "team: x\nusers:\n  - {name: a, role: !Ref x}\n  - {name: b, name: b, rol: c}\n"

    assert [line.split(": ")[:2] for line in refusal(text).splitlines()] == [
        ["f:3:21", "users[0].role"],
        ["f:4:15", "users[1].name"],
        ["f:4:24", "users[1].rol"],
    ]


def test_scalars_are_the_texts_that_were_written() -> None:
    text = (
        "a: 09:00\nb: no\nc: 0123\nd: 2026-01-05\ne: 1.0\nf: 0x1F\ng: '~'\nh: ~\ni:\nj: \"null\"\n"
    )

    assert data_of(text) == {
        "a": "09:00",
        "b": "no",
        "c": "0123",
        "d": "2026-01-05",
        "e": "1.0",
        "f": "0x1F",
        "g": "~",
        "h": None,
        "i": None,
        "j": "null",
    }


def test_aliases_and_merge_keys_are_resolved() -> None:
    text = """\
one: &one {a: 1, b: 2}
two: &two {b: 3, c: 4}
same: *one
merged: {<<: *one, b: 5}
both: {<<: [*one, *two]}
nested: {<<: {<<: *two, d: 6}}
"""

    data = data_of(text)

    assert data["same"] == {"a": "1", "b": "2"}
    assert data["merged"] == {"a": "1", "b": "5"}
    assert data["both"] == {"a": "1", "b": "2", "c": "4"}
    assert data["nested"] == {"b": "3", "c": "4", "d": "6"}


def test_what_is_merged_stands_where_it_was_written() -> None:
    file = read_yaml("a: &x\n  b: 1\nc:\n  <<: *x\n  d: 2\n", "f")

    assert file.position_of("c.b") == (2, 3)
    assert file.position_of("c.d") == (5, 3)
    assert file.position_of("c.e.f") == (3, 1), "what is not there has the place around it"
    assert file.position_of("") == (1, 1)


def test_a_byte_order_mark_and_line_ends_of_windows_are_read() -> None:
    file = read_yaml(b"\xef\xbb\xbfteam: x\r\nusers: []\r\n", "f")

    assert file.data == {"team": "x", "users": []}
    assert file.position_of("users") == (2, 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n\t- b\n", "f:2:1: a tab is here; indent with spaces"),
        ("a:\n  - b: 1\n   c: 2\n", "f:3:4: the line is not indented as the lines before it"),
        ("a: 1\n- b\n", "f:2:1: the line is not indented"),
        ("a: b: c\n", "f:1:5: a colon is not expected here"),
        ("a: *x\n", "f:1:4: nothing above is marked as &x"),
        ("match: [*.example.com]\n", "f:1:9: nothing above is marked as &.example.com"),
        ("a: 1\nb: [1, 2\nc: 3\n", "f:2:4: a bracket is open; close it by ]"),
        ('a: 1\nb: "x\n', "f:2:4: a quotation is not closed"),
        ("a: @x\n", "f:1:4: a text cannot begin with @; put it into quotes"),
        ('a: "\\q"\n', "f:1:6: \\q stands for nothing within double quotes"),
        ("a: |x\n  y\n", "f:1:5: a text of several lines begins below"),
        ("a: 1\n---\nb: 2\n", "f:2:1: a second document begins here"),
        ("a: \x00\n", "f:1:4: a character that YAML does not have"),
        ("%YAML 3.0\n---\na: 1\n", "f:1:1: is not YAML"),
        ("", "f:1:1: is empty; begin it with team: NAME"),
        ("# nothing\n", "f:1:1: is empty"),
        ("team: a\nusers: []\nteam: b\n", "f:3:1: team: is there twice, in line 1 too; keep one"),
        ("a: {b: 1, b: 2}\n", "f:1:11: a.b: is there twice, in line 1 too"),
        ("a: !Ref x\n", "f:1:4: a: has the tag !Ref; a team's file has none"),
        ("a: !!binary aGk=\n", "f:1:4: a: has the tag !!binary"),
        ("a: !!set {b}\n", "f:1:4: a: has the tag !!set"),
        ("? [a]\n: b\n", "f:1:3: a name must be a text"),
        ("<<: x\n", "f:1:5: <<: takes objects that are marked elsewhere"),
        ("a: &a [*a]\n", "f:1:4: a[0]: is part of itself"),
        ("a: &a {b: *a}\n", "f:1:4: a.b: is part of itself"),
        ("a: &a {<<: *a}\n", "f:1:4: a: merges itself"),
        ("a: " + "[" * 50 + "]" * 50 + "\n", "is nested too deeply"),
        ("[" * 5_000, "is nested too deeply"),
        (b"a: 1\nb: \xff\n", "f:2:4: has bytes that are no UTF-8"),
        ("a: 1\n".encode("utf-16"), "f:1:1: is UTF-16; save it as UTF-8"),
        ("a" * (SIZE_LIMIT_BYTES + 1), "f:1:1: has more than 500,000 bytes"),
    ],
)
def test_a_text_that_cannot_be_read_is_told_in_plain_words(text: str | bytes, told: str) -> None:
    assert told in refusal(text)


def test_a_list_is_no_file_of_a_team() -> None:
    with pytest.raises(FileError) as refused:
        checked(read_yaml("- alice\n", "f"), at=AT)

    assert str(refused.value) == "f:1:1: must be names and values, such as team: payments"


def bomb(*, merged: bool) -> str:
    many = ", ".join
    lines = ["a0: &a0 {x: y}" if merged else "a0: &a0 [x, x, x]"]
    for level in range(1, DEPTH_LIMIT - 2):
        aliases = many([f"*a{level - 1}"] * 9)
        whole = f"{{<<: [{aliases}]}}" if merged else f"[{aliases}]"
        lines.append(f"a{level}: &a{level} {whole}")
    return "\n".join(lines)


@pytest.mark.parametrize("merged", [False, True])
def test_aliases_that_grow_without_end_are_refused_soon(*, merged: bool) -> None:
    assert "50,000 values" in refusal(bomb(merged=merged))


def test_what_strangers_write_cannot_move_the_cursor() -> None:
    assert "\x1b" not in refusal('"\\e[31mteam": a\n"\\e[31mteam": b\n')


def test_a_file_is_rendered_without_aliases_as_texts() -> None:
    file = read_yaml("team: x\nusers: [&a {name: a, bundle: 60, phone: }, *a]\nsilences:\n", "f")

    rendered = render(file)

    assert json.loads(rendered.text) == {
        "team": "x",
        "users": [{"name": "a", "bundle": "60"}, {"name": "a", "bundle": "60"}],
    }
    assert rendered == render(file)


def test_a_rendered_file_keeps_the_lines_in_which_something_begins() -> None:
    text = "team: x\nusers:\n  - name: a\n    email: b\n  - {name: c, email: d}\n"

    lines = render(read_yaml(text, "f")).lines

    assert lines == {
        "team": 1,
        "users": 2,
        "users[0]": 3,
        "users[0].email": 4,
        "users[1]": 5,
    }


def test_what_is_rendered_is_the_same_file() -> None:
    team, file = read_file(EXAMPLE, at=AT)

    again = read_team_file(json.loads(render(file).text), at=AT)

    assert again == team


def problems_of(act: Callable[[], object]) -> Sequence[FileProblem]:
    """None, or those of a refusal; no other error."""
    try:
        act()
    except FileError as refused:
        return refused.problems or pytest.fail("a refusal without a problem")
    return ()


SCALARS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["team", "users", "name", "alice", "09:00", "no", "~", "<<", "*a", "&a x"]),
)
YAML_PARTS = st.sampled_from(
    [
        *("team: ", "users:\n", "  - ", "name: ", "alice", "\n", " ", "\t", "{", "}", "[", "]"),
        *("&a ", "*a", "<<: ", "!x ", "!!int ", "? ", ": ", "- ", "|\n", ">-\n", '"', "'", "#"),
        *("---\n", "...\n", "%YAML 1.2\n", "\ufeff", "\r\n", "\x85", "\u2028", "0o7", "\\x"),
    ]
)
TEXTS = st.one_of(st.text(), st.lists(YAML_PARTS | SCALARS, max_size=40).map("".join))


@given(text=TEXTS)
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    places = [it.position for it in problems_of(lambda: checked(read_yaml(text, "f"), at=AT))]

    assert all(line >= 1 and column >= 1 for line, column in places)


@given(raw=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    problems_of(lambda: read_yaml(raw, "f"))


FIELDS = st.sampled_from(
    [
        *("team", "users", "name", "layers", "rotation", "users", "start", "steps", "targets"),
        *("schedule", "overrides", "from", "to", "user", "match", "rrule", "duration", "token"),
        *("versions", "only", "days", "follows", "secret", "signature", "notify", "by", "at"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=12,
)
FILES = st.fixed_dictionaries(
    {"team": st.just("x")},
    optional={
        name: st.lists(st.dictionaries(FIELDS, JSON, max_size=5), max_size=2) | JSON
        for name in (
            *("users", "channels", "integrations", "schedules", "escalation_policies"),
            *("routes", "silences", "maintenance_windows", "heartbeats", "settings"),
        )
    },
)


@given(data=FILES)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_shape_is_read_or_refused_with_its_problems(data: dict[str, Any]) -> None:
    file = read_yaml(json.dumps(data), "f")

    assert all(it.problem for it in problems_of(lambda: checked(file, at=AT)))
