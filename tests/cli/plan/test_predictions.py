"""What a plan says of the next four weeks is what comes, asked of the API as the weeks pass."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.world import World
from tests.faults.runs import seed_of_commit
from tests.functions.alerts_api.client import Client
from tocsin.team_file.model import TeamFile
from tocsin.team_file.reading import read_team_file
from tocsin_cli.exported import export_stack
from tocsin_cli.plan.plan import LOOKED_AHEAD, make_plan
from tocsin_cli.plan.sources import state_after, state_of_stack

PEOPLE = ("alice", "bob", "carol", "dave")
ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "UTC")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CASES = 125
PREDICTIONS = 8
"""Of each case: 1,000 in all."""


class Stories:
    """Texts of a schedule, and what people make of them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.texts: list[dict[str, Any]] = []
        # Around both changes of the clock, too.
        self.at = datetime(2026, self.random.choice((3, 10)), 20, tzinfo=UTC) + timedelta(
            minutes=self.random.randrange(14 * 24 * 60)
        )

    def text(self) -> dict[str, Any]:
        layers = [self._layer() for _ in range(self.random.choice((1, 1, 2)))]
        text = {"time_zone": self.random.choice(ZONES), "layers": layers}
        if self.random.random() < 0.3:
            text["overrides"] = [self.override()]
        return text

    def changed(self, text: Mapping[str, Any]) -> dict[str, Any]:
        """Another text, mostly a small change of this one."""
        if self.random.random() < 0.3:
            return self.text()
        layers = [dict(it) for it in text["layers"]]
        layer = self.random.choice(layers)
        users = list(layer["users"])
        match self.random.choice(("remove", "add", "shuffle", "handoff", "drop", "layer")):
            case "remove" if len(users) > 1:
                users.pop(self.random.randrange(len(users)))
            case "add":
                users.insert(self.random.randrange(len(users) + 1), self.random.choice(PEOPLE))
            case "handoff" if layer["rotation"] == "daily":
                layer["handoff"] = self._time()
            case "drop" if len(layers) > 1:
                layers.remove(layer)
            case "layer":
                layers.insert(0, self._layer())
            case _:
                self.random.shuffle(users)
        layer["users"] = users
        return {**text, "layers": layers}

    def _layer(self) -> dict[str, Any]:
        rotation = self.random.choice(("daily", "weekly", "hourly"))
        layer: dict[str, Any] = {
            "rotation": rotation,
            "every": self.random.choice((1, 1, 2, 3)) * (7 if rotation == "hourly" else 1),
            "start": "2026-01-05",
            "users": self.random.sample(PEOPLE, self.random.randint(1, len(PEOPLE))),
        }
        if rotation == "weekly":
            layer["handoff"] = f"{self.random.choice(DAYS)} {self._time()}"
        elif rotation == "daily":
            layer["handoff"] = self._time()
        if self.random.random() < 0.4:
            days = self.random.sample(DAYS, self.random.randint(1, len(DAYS)))
            layer["only"] = [{"days": days, "from": "08:00", "to": "20:00"}]
        return layer

    def override(self) -> dict[str, Any]:
        begins = self.at + timedelta(hours=self.random.randrange(-48, 500))
        ends = begins + timedelta(hours=self.random.randrange(1, 72))
        kind = self.random.choice(("replace", "add", "remove"))
        return {
            "kind": kind,
            "user": self.random.choice(PEOPLE),
            "from": begins.isoformat(),
            "to": ends.isoformat(),
        }

    def _time(self) -> str:
        return f"{self.random.randrange(24):02}:{self.random.choice(('00', '30'))}"


@dataclass
class InProcess:
    """The API of a stack in memory, without a connection."""

    client: Client

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        return self.client.get(path, **(query or {})).data

    def all(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        return iter(self.client.get(path, **(query or {})).data)


@pytest.mark.parametrize("part", range(5))
def test_who_is_paged_later_is_who_the_plan_says(part: int) -> None:
    base, _ = seed_of_commit()
    for number in range(part * CASES // 5, (part + 1) * CASES // 5):
        stories = Stories(base + number)
        world, editor = a_stack_with_a_past(stories)
        after = stories.changed(stories.texts[-1])
        exported = export_stack(InProcess(editor), "team", stories.at)
        before = state_of_stack(exported, stories.at)

        (change,) = make_plan(
            before, state_after(before, team_file(after, stories.at), stories.at), stories.at
        ).schedules

        put(editor, after)
        for _ in range(PREDICTIONS):
            then = stories.at + stories.random.random() * LOOKED_AHEAD
            (stretch,) = [it for it in change.stretches if it.begins <= then < it.ends]
            (shown,) = editor.get("/api/v1/on-call", at=then.isoformat()).data["schedules"]
            said = (base + number, then, stories.texts, after)
            assert set(shown["on_call"]["people"]) == set(stretch.after or ()), said
        assert world.now == stories.at


def test_a_layer_that_is_taken_back_before_it_began_was_never_there() -> None:
    stories = Stories(1)
    _, editor = a_stack_with_a_past(stories)
    weekly = {"rotation": "weekly", "handoff": "mon 09:00", "start": "2026-01-05"}
    one = {"layers": [{**weekly, "name": "one", "users": ["alice", "bob"]}]}
    two = {"layers": [{**weekly, "name": "two", "users": ["carol"]}, *one["layers"]]}
    put(editor, one)
    stories.at += timedelta(days=30)
    editor.world.now = stories.at
    before = editor.get("/api/v1/schedules/primary").data

    put(editor, two)
    put(editor, one)

    assert editor.get("/api/v1/schedules/primary").data == before


def a_stack_with_a_past(stories: Stories) -> tuple[World, Client]:
    """A schedule that was changed a while ago, lately, and by people with an override."""
    world = World(now=stories.at - timedelta(days=5))
    editor = Client.of(world).with_key("config", "alerts", "silences")
    for name in PEOPLE:
        world.user(name)
    stories.texts.append(stories.text())
    put(editor, stories.texts[-1])
    world.now = stories.at - timedelta(hours=stories.random.randrange(24))
    stories.texts.append(stories.changed(stories.texts[-1]))
    put(editor, stories.texts[-1])
    if stories.random.random() < 0.5:
        made = editor.post("/api/v1/schedules/primary/overrides", stories.override())
        assert made.status in (201, 422)
    world.now = stories.at
    return world, editor


def put(editor: Client, text: Mapping[str, Any]) -> None:
    assert editor.send("PUT", "/api/v1/schedules/primary", body=text).status in (200, 201)


def team_file(text: Mapping[str, Any], at: datetime) -> TeamFile:
    users = [{"name": name, "email": f"{name}@example.com"} for name in PEOPLE]
    schedules = [{"name": "primary", **text}]
    return read_team_file({"team": "team", "users": users, "schedules": schedules}, at=at)
