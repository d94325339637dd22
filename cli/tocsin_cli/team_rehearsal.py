"""Sets a team's file up for a rehearsal, by the code that a deployment applies it with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from functions.team_config.apply_file import Apply
from functions.team_config.nexts import Nexts
from functions.team_config.secrets import Secrets
from functions.team_config.sections import all_sections
from functions.team_config.stores import stores_of
from functions.team_config.wishes import wishes_of
from tocsin.domain.errors import InvalidInputError
from tocsin.team_file.places import without_nulls
from tocsin.usecases.change_on_call import OnCallWork
from tocsin_cli.assumed_device import asks_for_push, with_assumed_device
from tocsin_cli.rehearsal import Rehearsal
from tocsin_cli.simulated.stores import RETENTION, TABLE
from tocsin_cli.yaml_file import FileError, YamlFile, checked, problems_of_file

_STACK: Final = "/tocsin/rehearsal"


@dataclass
class _MadeUp:
    """Implements `SecretParameters`: every secret is there, and none is known."""

    kept: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> str | None:
        return self.kept.get(name, sha256(name.encode()).hexdigest())

    def keep(self, name: str, value: str) -> str:
        return self.kept.setdefault(name, value)


def rehearse(file: YamlFile, at: datetime) -> Rehearsal:
    """Set the team up.

    Raises:
        FileError: The file is not valid, with all that is wrong.
    """
    rehearsal = Rehearsal(at)
    engine = rehearsal.engine
    team = checked(file, at=at, stack=_STACK, allows_private=True)
    stores = stores_of(engine.call, TABLE, RETENTION)
    secrets = Secrets(
        parameters=_MadeUp(),
        stack=_STACK,
        api_url="https://tocsin.invalid",
        random_bytes=lambda size: sha256(engine.new_write_id().encode()).digest()[:size],
    )
    nexts = Nexts(
        at=at,
        secrets=secrets,
        schedules=lambda: {it.name: it.value for it in stores.schedules.list()},
    )
    work = OnCallWork(
        schedules=stores.schedules,
        overrides=stores.overrides,
        swaps=stores.swaps,
        directory=stores.paging.directory,
        deliveries=lambda: engine.deliveries,
        new_write_id=engine.new_write_id,
    )
    try:
        data: Mapping[str, Any] = without_nulls(file.data)
        wishes = wishes_of(data, team=team.team, nexts=nexts, allows_private=True)
        wanted = {**wishes, "heartbeat": {}}  # they are all heard from in time
        Apply(
            sections=all_sections(stores, wanted, at, work),
            at=at,
            new_write_id=engine.new_write_id,
            has_time=lambda: True,
        ).file()
    except InvalidInputError as error:
        raise FileError(file.name, problems_of_file(file, error)) from None
    for stored in stores.users.list():
        if asks_for_push(stored.value):
            changed = stored.changed(with_assumed_device(stored.value))
            stores.users.put(stored, changed, write_id=engine.new_write_id())
    engine.follow()
    rehearsal.integrations = {it.name: it for it in stores.integrations.list()}
    return rehearsal
