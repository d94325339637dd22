"""Who follows docs/team-file.md has a file that is right after each step."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.documents import ROOT, blocks_of
from tests.unit.team_file.test_reading import AT
from tocsin.domain.on_call.schedule import OverrideKind
from tocsin.team_file.values import policies_of, schedules_of, users_of
from tocsin_cli.yaml_file import FileError, checked, read_yaml

PAGE = "docs/team-file.md"
NAME = "teams/payments.yaml"
BLOCKS = blocks_of(PAGE)
TEXT = (ROOT / PAGE).read_text(encoding="utf-8")
# As they stand there: the blocks of `blocks_of` lose what all their lines are indented by.
STEPS = re.findall(rf"^```yaml {NAME}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
TEXTS = ["".join(STEPS[: number + 1]) for number in range(len(STEPS))]


def read(text: str) -> Any:  # noqa: ANN401 - a file of the team
    return checked(read_yaml(text, NAME), at=AT)


@pytest.mark.parametrize("text", TEXTS, ids=range(1, len(TEXTS) + 1))
def test_the_file_is_right_after_each_step(text: str) -> None:
    assert read(text).team == "payments"


def test_the_file_has_six_people_two_rotations_and_an_override() -> None:
    file = read(TEXTS[-1])

    assert len(users_of(file)) == 6
    [primary, secondary] = schedules_of(file)
    assert [it.name for it in primary.layers] == ["nights", "days"]
    [override] = primary.overrides
    assert override.kind is OverrideKind.REPLACE
    assert (override.user, override.instead_of) == ("bob", "carol")
    assert override.begins == datetime(2026, 12, 24, 8, tzinfo=UTC)
    assert secondary.follows is not None
    asked = [str(it) for step in policies_of(file)[0].steps for it in step.targets]
    assert asked == ["schedule:primary", "schedule:secondary", "user:alice"]


def test_the_mistakes_that_the_page_shows_are_told_like_that() -> None:
    [shown] = [it.text for it in BLOCKS if it.language == "text"]
    wrong = TEXTS[-1].replace("users: [dave, erin]", "users: [dave, erni]")
    wrong = wrong.replace(
        "{name: bob, email: bob@example.com,",
        "{name: bob, notify: [{by: emial}], email: bob@example.com,",
    )

    with pytest.raises(FileError) as refused:
        read(wrong)

    assert str(refused.value) == shown


def rows() -> list[str]:
    """The first cells of the table of rotations."""
    table = TEXT.partition("| You write | It means |")[2].partition("\n\n")[0]
    return [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines()[2:]]


@pytest.mark.parametrize("row", rows())
def test_what_the_page_says_of_rotations_can_be_written(row: str) -> None:
    fields = {
        "rotation": "weekly",
        "handoff": "mon 09:00",
        "start": "2026-01-05",
        "users": "[alice, bob, carol]",
    }
    said = dict(re.findall(r"`(\w+): ([^`]+)`", row))
    if "rrule" in said:
        del fields["rotation"], fields["handoff"]
    if "count" in said:
        said["only"] = "[{days: [sat, sun]}]"
    layer = ", ".join(f"{name}: {value}" for name, value in (fields | said).items())
    people = "".join(f"  - {{name: {name}}}\n" for name in ("alice", "bob", "carol"))
    text = f"team: x\nusers:\n{people}schedules:\n  - name: s\n    layers: [{{{layer}}}]\n"

    assert read(text).schedules[0].layers


@pytest.mark.parametrize(
    "block", [it for it in BLOCKS if it.language == "yaml" and not it.tag], ids=str
)
def test_a_part_that_the_page_shows_is_right(block: Any) -> None:  # noqa: ANN401 - of tests.documents
    people = "".join(f"  - {{name: {name}}}\n" for name in ("alice", "bob", "carol"))
    layers = block.text.replace("\n", "\n    ")

    assert read(f"team: x\nusers:\n{people}schedules:\n  - name: s\n    {layers}\n").schedules
