"""One request of CloudFormation: apply a file, or leave everything to the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from functions.team_config.apply_file import Apply, Report
from functions.team_config.nexts import Nexts
from functions.team_config.sections import Wishes, all_sections
from tocsin.lambda_runtime.custom_resource import RequestError
from tocsin.usecases.change_on_call import OnCallWork

if TYPE_CHECKING:
    from functions.team_config.secrets import Secrets
    from functions.team_config.stores import Stores
    from tocsin.domain.on_call.schedule import Schedule
    from tocsin.usecases.ports import DeliveryQueue, DeploymentRequests, NewWriteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    stores: Stores
    requests: DeploymentRequests
    secrets: Secrets
    deliveries: DeliveryQueue
    team: str
    allows_private: bool
    now: Callable[[], datetime]
    new_write_id: NewWriteId
    has_time: Callable[[], bool]
    wait: Callable[[float], None]
    """Takes seconds."""

    def act(self, event: Mapping[str, Any]) -> Report:
        """Do what is asked; a late repetition of an earlier request does nothing.

        Raises:
            RequestError: Another resource applies a file to this stack.
            InvalidInputError: The file is wrong; names all problems.
            OutOfTimeError: It would take too long.
        """
        resource = f"{event['StackId']} {event['LogicalResourceId']}"
        manager = self.requests.manager()
        is_own = manager in {None, resource}
        file = event["ResourceProperties"].get("File")
        if event["RequestType"] == "Delete" or not file:
            if is_own and self.requests.begin(event["RequestId"], None):
                return self._give_up()
            return Report()
        if not is_own:
            raise RequestError(
                f"The resource {manager} applies a file to this stack: take that one away first."
            )
        if not self.requests.begin(event["RequestId"], resource):
            return Report()
        return self._apply(file)

    def _apply(self, file: Mapping[str, Any]) -> Report:
        from functions.team_config.wishes import wishes_of

        at = self.now()
        wanted = wishes_of(
            file,
            team=self.team,
            nexts=Nexts(at=at, secrets=self.secrets, schedules=self._schedules),
            allows_private=self.allows_private,
        )
        apply = self._with(wanted, at)
        apply.file()
        return apply.report

    def _give_up(self) -> Report:
        apply = self._with({}, self.now())
        apply.nothing()
        return apply.report

    def _with(self, wanted: Wishes, at: datetime) -> Apply:
        return Apply(
            sections=all_sections(self.stores, wanted, at, self._work),
            at=at,
            new_write_id=self.new_write_id,
            has_time=self.has_time,
            wait=self.wait,
        )

    def _schedules(self) -> Mapping[str, Schedule]:
        return {it.name: it.value for it in self.stores.schedules.list()}

    @property
    def _work(self) -> OnCallWork:
        return OnCallWork(
            schedules=self.stores.schedules,
            overrides=self.stores.overrides,
            swaps=self.stores.swaps,
            directory=self.stores.paging.directory,
            deliveries=lambda: self.deliveries,
            new_write_id=self.new_write_id,
        )
