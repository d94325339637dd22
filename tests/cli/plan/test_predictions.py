"""What a plan says of the next four weeks is what comes, asked of the API as the weeks pass."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.team_file.reading import read_team_file
from tocsin_cli.plan.plan import LOOKED_AHEAD, make_plan
from tocsin_cli.plan.sources import state_after, state_of_file

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
        # Around both changes of the clock, too.
        self.at = datetime(2026, self.random.choice((3, 10)), 20, tzinfo=UTC) + timedelta(
            minutes=self.random.randrange(14 * 24 * 60)
        )

    def text(self) -> dict[str, Any]:
        layers = [self._layer() for _ in range(self.random.choice((1, 1, 2)))]
        text = {"time_zone": self.random.choice(ZONES), "layers": layers}
        if self.random.random() < 0.3:
            text["overrides"] = [self._override()]
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

    def _override(self) -> dict[str, Any]:
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


@pytest.mark.parametrize("part", range(5))
def test_who_is_paged_later_is_who_the_plan_says(part: int) -> None:
    for seed in range(part * CASES // 5, (part + 1) * CASES // 5):
        stories = Stories(seed)
        before = stories.text()
        after = stories.changed(before)
        world = World(now=stories.at)
        editor = Client.of(world).with_key("config", "alerts")
        for name in PEOPLE:
            world.user(name)
        assert editor.send("PUT", "/api/v1/schedules/primary", body=before).status == 201

        made = make_plan(
            state_of_file(_file(before, stories.at), stories.at),
            state_after(
                state_of_file(_file(before, stories.at), stories.at),
                _file(after, stories.at),
                stories.at,
            ),
            stories.at,
        )
        assert editor.send("PUT", "/api/v1/schedules/primary", body=after).status == 200

        (change,) = made.schedules
        for _ in range(PREDICTIONS):
            then = stories.at + stories.random.random() * LOOKED_AHEAD
            (stretch,) = [it for it in change.stretches if it.begins <= then < it.ends]
            answer = editor.get("/api/v1/on-call", at=then.isoformat())
            (shown,) = answer.data["schedules"]
            assert set(shown["on_call"]["people"]) == set(stretch.after or ()), (
                seed,
                then,
                before,
                after,
            )


def _file(text: Mapping[str, Any], at: datetime) -> Any:  # noqa: ANN401 - a team's file
    users = [{"name": name, "email": f"{name}@example.com"} for name in PEOPLE]
    schedules = [{"name": "primary", **text}]
    return read_team_file({"team": "t", "users": users, "schedules": schedules}, at=at)
