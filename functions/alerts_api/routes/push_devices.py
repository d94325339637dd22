"""Devices for push of the person who asks: list, register, remove, test, tick."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from functions.alerts_api.answers import with_data, with_page, without_content
from functions.alerts_api.message_tests import MessageTests, message_tests
from functions.alerts_api.route import Access, Route
from functions.alerts_api.schemas.push_devices import PushDeviceBody
from tocsin.domain.alert_json import written
from tocsin.domain.credential import Scope
from tocsin.domain.errors import (
    ConcurrentUpdateError,
    InvalidInputError,
    Problem,
    PushDeviceNotFoundError,
    TooManyDevicesError,
)
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.people import ContactMethod
from tocsin.domain.push_device import (
    DEVICES_LIMIT,
    PushDevice,
    device_id_of,
    problem_of_endpoint,
    with_device,
)

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports
    from functions.alerts_api.request import Request
    from tocsin.lambda_runtime.http import HttpAnswer

DEVICES: Final = "/api/v1/me/push-devices"
DEVICE: Final = f"{DEVICES}/{{device_id}}"
_WRITE_ATTEMPTS: Final = 5
"""Lost races: the notifier and the team's file write the same item."""

type Devices = tuple[PushDevice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDeviceRoutes:
    ports: Ports
    stores: Stores
    tests: MessageTests

    def routes(self) -> tuple[Route, ...]:
        read, write = Scope.ALERTS_READ, Scope.ALERTS_WRITE
        return (
            Route("GET", "/api/v1/push-key", "show_push_key", self.show_key, Access.ANY_KEY),
            Route("GET", DEVICES, "list_push_devices", self.page, read),
            Route("POST", DEVICES, "add_push_device", self.add, write),
            Route("DELETE", DEVICE, "remove_push_device", self.remove, write),
            Route("POST", f"{DEVICE}/test", "test_push_device", self.test, write),
            Route("POST", f"{DEVICE}/seen", "see_push_device", self.see, write),
        )

    def show_key(self, _request: Request) -> HttpAnswer:
        return with_data({"key": self.ports.push_public_key})

    def page(self, request: Request) -> HttpAnswer:
        """Five at most: all are on one page."""
        devices = self.stores.users.get(self._user(request)).value.push_devices
        return with_page([view_device(it) for it in devices], ignored=request.ignored(()))

    def add(self, request: Request) -> HttpAnswer:
        body = request.body_as(PushDeviceBody)
        allows_private = self.ports.allows_private_webhooks
        if problem := problem_of_endpoint(body.endpoint, allows_private=allows_private):
            problems = [Problem("endpoint", problem)]
            raise InvalidInputError("The body is not as it should be.", problems)
        device = PushDevice(
            device_id=device_id_of(body.endpoint),
            endpoint=body.endpoint,
            p256dh=body.keys.p256dh,
            auth=body.keys.auth,
            name=body.name,
            created_at=request.at,
        )
        replaced = device_id_of(body.replaces) if body.replaces else None

        def added(before: Devices) -> Devices:
            own = device.device_id
            kept = [it for it in before if it.device_id == own or it.device_id != replaced]
            try:
                return with_device(kept, device)
            except ValueError:
                raise TooManyDevicesError(
                    f"You have {DEVICES_LIMIT} devices for push: remove one first."
                ) from None

        before, after = self._change(self._user(request), added)
        is_new = all(it.device_id != device.device_id for it in before)
        shown = next(it for it in after if it.device_id == device.device_id)
        return with_data(view_device(shown), HTTPStatus.CREATED if is_new else HTTPStatus.OK)

    def remove(self, request: Request, device_id: str) -> HttpAnswer:
        def without(before: Devices) -> Devices:
            known = _found(before, device_id)
            return tuple(it for it in before if it is not known)

        self._change(self._user(request), without)
        return without_content()

    def test(self, request: Request, device_id: str) -> HttpAnswer:
        user = self._user(request)
        device = _found(self.stores.users.get(user).value.push_devices, device_id)
        (outcome,) = self.tests.run(
            Target(TargetKind.USER, user),
            [f"{ContactMethod.PUSH}+{device.device_id}"],
            at=request.at,
        )
        is_pending = outcome["state"] == "pending"
        status = HTTPStatus.ACCEPTED if is_pending else HTTPStatus.OK
        return with_data({"id": device.device_id, **outcome}, status)

    def see(self, request: Request, device_id: str) -> HttpAnswer:
        def seen(before: Devices) -> Devices:
            known = _found(before, device_id)
            marked = replace(known, last_seen_at=request.at)
            return tuple(marked if it is known else it for it in before)

        _, after = self._change(self._user(request), seen)
        return with_data(view_device(_found(after, device_id)))

    def _change(self, user: str, change: Callable[[Devices], Devices]) -> tuple[Devices, Devices]:
        """Change the devices of a user; those before, and those after.

        Raises:
            ConcurrentUpdateError: Others change this user all the time.
        """
        for attempt in range(1, _WRITE_ATTEMPTS + 1):
            stored = self.stores.users.get(user)
            before = stored.value.push_devices
            after = change(before)
            changed = stored.changed(replace(stored.value, push_devices=after))
            try:
                self.stores.users.put(stored, changed, write_id=self.ports.new_write_id())
            except ConcurrentUpdateError:
                if attempt == _WRITE_ATTEMPTS:
                    raise
            else:
                return before, after
        raise ConcurrentUpdateError

    def _user(self, request: Request) -> str:
        user = request.key.user if request.key else None
        if user is None:
            raise InvalidInputError("This key belongs to no user, so it has no devices.")
        return self.stores.known_user(user)


def push_device_routes(ports: Ports, stores: Stores) -> tuple[Route, ...]:
    return PushDeviceRoutes(ports=ports, stores=stores, tests=message_tests(ports)).routes()


def view_device(device: PushDevice) -> dict[str, Any]:
    """Without its endpoint and keys: who has them may ask its push service to send."""
    return {
        "id": device.device_id,
        "name": device.name,
        "push_service": urlsplit(device.endpoint).hostname,
        "created_at": written(device.created_at),
        "last_ok_at": written(device.last_ok_at),
        "last_seen_at": written(device.last_seen_at),
        "gone_at": written(device.gone_at),
    }


def _found(devices: Devices, device_id: str) -> PushDevice:
    for device in devices:
        if device.device_id == device_id:
            return device
    raise PushDeviceNotFoundError
