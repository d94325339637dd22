"""The comparison finds what is wrong, and tells what a note names from what none does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Tocsin
from tests.imports import AT, SAMPLES, Import, import_of
from tocsin.domain.on_call.schedule import Rotation as Stored
from tocsin.domain.on_call.schedule import Schedule, Turns
from tocsin_cli.importing import team_file_out
from tocsin_cli.importing.notes import Explained, Note
from tocsin_cli.importing.report import report_of
from tocsin_cli.importing.rotations import Rotation, layer_of
from tocsin_cli.importing.verify import Verified, compare, schedules_of, speller


@pytest.fixture
def made() -> Import:
    return import_of("pagerduty", SAMPLES / "pagerduty-api.json")


def compared(made: Import, change: Callable[[Schedule], Schedule], *notes: Note) -> Verified:
    draft = made.draft
    schedules = {name: change(it) for name, it in schedules_of(made.file).items()}
    readings = made.imported.readings(speller(draft.people))
    return compare(readings, draft.schedules, schedules, [*draft.notes, *notes], AT)


def note(person: str | None = None, since: datetime | None = None) -> Note:
    return Note(
        code="UserGone",
        place="here",
        value="",
        to_do="",
        explains=Explained("PSCHED1", person, since),
    )


def with_rotations(change: Callable[[Stored], Stored]) -> Callable[[Schedule], Schedule]:
    def changed(schedule: Schedule) -> Schedule:
        layers = tuple(
            replace(
                layer,
                versions=tuple(
                    replace(it, rotation=it.rotation and change(it.rotation))
                    for it in layer.versions
                ),
            )
            for layer in schedule.layers
        )
        return replace(schedule, layers=layers)

    return changed


WRONG: dict[str, Callable[[Schedule], Schedule]] = {
    "another first": with_rotations(lambda it: replace(it, first=(it.first + 1) % len(it.members))),
    "another zone": lambda it: replace(
        it,
        layers=tuple(
            replace(
                layer,
                versions=tuple(replace(each, time_zone="Asia/Tokyo") for each in layer.versions),
            )
            for layer in it.layers
        ),
    ),
    "all hours": with_rotations(lambda it: replace(it, only=())),
    "no override": lambda it: replace(it, overrides=()),
    "layers the other way round": lambda it: replace(
        it,
        layers=tuple(
            replace(
                layer,
                versions=tuple(replace(each, position=-each.position) for each in layer.versions),
            )
            for layer in it.layers
        ),
    ),
    "an end": with_rotations(lambda it: replace(it, until=datetime(2026, 12, 1))),  # noqa: DTZ001
}


@pytest.mark.parametrize("change", WRONG.values(), ids=list(WRONG))
def test_a_schedule_that_was_imported_wrong_is_found(
    made: Import, change: Callable[[Schedule], Schedule]
) -> None:
    assert compared(made, change).unnamed


def test_a_difference_of_a_few_minutes_is_found() -> None:
    def later(rotation: Stored) -> Stored:
        assert isinstance(rotation.pattern, Turns)
        late = replace(rotation.pattern, handoff=rotation.pattern.handoff.replace(minute=10))
        start = rotation.start.replace(minute=10)
        return replace(rotation, pattern=late, start=start)

    differences = compared(
        import_of("terraform", SAMPLES / "terraform-state.json"), with_rotations(later)
    ).unnamed

    assert differences
    assert {it.ends - it.begins for it in differences} == {timedelta(minutes=10)}


def test_a_note_of_the_schedule_names_all_its_differences(made: Import) -> None:
    verified = compared(made, WRONG["another first"], note())

    assert verified.differences
    assert {it.schedule for it in verified.unnamed} <= {"PV3SCH1"}


def test_a_note_of_a_person_names_only_what_concerns_that_person(made: Import) -> None:
    verified = compared(made, WRONG["no override"], note(person="bob"))

    assert verified.unnamed


def test_a_note_of_a_time_names_only_what_comes_after(made: Import) -> None:
    since = datetime(2026, 12, 25, tzinfo=UTC)

    verified = compared(made, WRONG["no override"], note(since=since))

    assert verified.unnamed
    assert all(it.begins < since for it in verified.unnamed)


def test_eight_weeks_are_compared_hour_by_hour(made: Import) -> None:
    assert compared(made, lambda it: it).hours == 8 * 7 * 24


@pytest.mark.parametrize(("begins", "hours"), [((2027, 3, 1), 1), ((2026, 10, 1), 2)])
def test_hours_at_a_change_of_clocks_are_left_out_and_counted(
    made: Import, begins: tuple[int, int, int], hours: int
) -> None:
    paris = {
        name: replace(it, time_zone="Europe/Paris") for name, it in schedules_of(made.file).items()
    }
    source, names = next(iter(made.draft.schedules.items()))
    readings = {source: lambda _at: frozenset[str]()}

    verified = compare(readings, {source: names}, paris, [], datetime(*begins, tzinfo=UTC))

    assert verified.left_out == hours
    assert f"{hours} hour" in report_of(made.draft, "Import", verified)


def test_a_difference_that_no_note_names_ends_the_command_with_its_first_hours(
    tocsin: Tocsin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def turned(rotation: Rotation, name: str) -> dict[str, Any]:
        return layer_of(replace(rotation, members=rotation.members[::-1]), name)

    monkeypatch.setattr(team_file_out, "layer_of", turned)
    out = tmp_path / "team.yaml"

    done = tocsin(
        *("import", "pagerduty", str(SAMPLES / "pagerduty-api.json"), "--out", str(out)),
        *("--verify", "--at", AT.isoformat()),
    )

    assert done.code == 1
    assert "differences in who is on call, named by no note." in done.err
    assert "PSCHED1: Fri 2026-11-27 18:00 to" in done.err
    assert " in the source, " in done.err
    assert "| **none** |" in done.out


def test_a_difference_that_a_note_names_is_listed_and_ends_well(
    tocsin: Tocsin, tmp_path: Path
) -> None:
    out = tmp_path / "team.yaml"

    done = tocsin(
        *("import", "incident-io", str(SAMPLES / "incident-io-api.json"), "--out", str(out)),
        *("--verify", "--at", AT.isoformat()),
    )

    assert done.code == 0
    assert "1 difference, all named by a note." in done.out
    assert "| BlockedUser |" in done.out
