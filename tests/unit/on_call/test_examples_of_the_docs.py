"""Each schedule of docs/schedules.md has the people on call that the page says."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.documents import ROOT
from tests.schedules import daily, hourly, rotation, weekly
from tocsin.domain.hours import Day, Hours
from tocsin.domain.on_call.schedule import (
    Layer,
    LayerVersion,
    Recurring,
    Rotation,
    Schedule,
    Turns,
    Unit,
)
from tocsin.domain.on_call.who import who
from tocsin.domain.time_zone import first_instant

PAGE = (ROOT / "docs/schedules.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(
    r"```yaml\n(?P<text>[\s\S]*?)```\n\n\| At, in (?P<zone>\w+) \| On call \|\n\|---\|---\|\n"
    r"(?P<rows>(?:\| .* \|\n)+)"
)
ROW = re.compile(r"^\| (?P<at>[\d: -]+) \| (?P<people>.+) \|$", re.MULTILINE)
EXAMPLES = [
    (example["text"], example["zone"], row["at"], row["people"])
    for example in EXAMPLE.finditer(PAGE)
    for row in ROW.finditer(example["rows"])
]


def schedule_of(text: str) -> Schedule:
    written = yaml.safe_load(text)
    zone = written["time_zone"]
    layers = [
        Layer(
            name=layer.get("name", f"layer {number + 1}"),
            versions=tuple(
                LayerVersion(
                    begins=begins_of(version, zone),
                    position=number,
                    time_zone=zone,
                    rotation=rotation_of(version),
                )
                for version in layer.get("versions", [layer])
            ),
        )
        for number, layer in enumerate(written["layers"])
    ]
    return Schedule(name=written["name"], time_zone=zone, layers=tuple(layers))


def begins_of(version: dict[str, Any], zone: str) -> datetime | None:
    begins = version.get("from")
    return first_instant(datetime.fromisoformat(begins), ZoneInfo(zone)) if begins else None


def rotation_of(written: dict[str, Any]) -> Rotation:
    pattern = pattern_of(written)
    at = pattern.at if isinstance(pattern, Recurring) else pattern.handoff
    day: date = written["start"]
    users = ["+".join(it) if isinstance(it, list) else it for it in written["users"]]
    only = tuple(
        Hours(
            days=frozenset(Day[day.upper()] for day in it["days"]),
            begins=time.fromisoformat(it["from"]),
            ends=time.fromisoformat(it["to"]),
        )
        for it in written.get("only", [])
    )
    return rotation(pattern, " ".join(users), datetime.combine(day, at).isoformat(), only=only)


def pattern_of(written: dict[str, Any]) -> Turns | Recurring:
    if "rrule" in written:
        return Recurring(
            rule=written["rrule"],
            at=time.fromisoformat(written["at"]),
            duration=timedelta(hours=int(written["duration"].removesuffix("h"))),
        )
    every = written.get("every", 1)
    match Unit(written["rotation"]):
        case Unit.WEEKLY:
            return weekly(written["handoff"], every)
        case Unit.DAILY:
            return daily(written["handoff"], every)
        case Unit.HOURLY:
            return hourly(every)


@pytest.mark.parametrize(("text", "zone", "at", "people"), EXAMPLES)
def test_an_example_has_the_people_on_call_that_the_page_says(
    text: str, zone: str, at: str, people: str
) -> None:
    zones = {"Paris": ZoneInfo("Europe/Paris"), "UTC": ZoneInfo("UTC")}
    instant = datetime.fromisoformat(at).replace(tzinfo=zones[zone]).astimezone(UTC)

    on_call = who(schedule_of(text), instant).people

    assert (", ".join(on_call) or "nobody") == people


def test_every_schedule_of_the_page_has_its_answers() -> None:
    assert PAGE.count("```yaml") == len({text for text, *_ in EXAMPLES})
    assert len(EXAMPLES) > 20
