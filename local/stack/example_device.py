"""The outbox as a device for push of the example user, registered as a console would do it."""

from http import HTTPStatus

from local.outbox.front import PUSH
from local.outbox.push_receiver import subscription
from local.stack.api_calls import call, reason
from local.stack.places import Json
from local.stack.prerequisites import LocalStackError

USER = "alice"
DEVICES = "/api/v1/me/push-devices"


def example_device(url: str, key: str) -> None:
    """Register it, unless the user has a device, or is gone; with a key that is gone afterwards."""
    status, user = call(url, "GET", f"/api/v1/users/{USER}", key=key)
    if status != HTTPStatus.OK or "push" in user["data"]["verified"]:
        return
    body = {"name": "example device", "scopes": ["alerts:write"], "user": USER}
    made = _done(*call(url, "POST", "/api/v1/keys", key=key, body=body))
    try:
        device = subscription(f"{url}{PUSH}/{USER}")
        added = _done(*call(url, "POST", DEVICES, key=made["key"], body=device))
        _done(*call(url, "POST", f"{DEVICES}/{added['id']}/seen", key=made["key"]))
    finally:
        call(url, "DELETE", f"/api/v1/keys/{made['id']}", key=key)


def _done(status: int, answer: Json) -> Json:
    if status >= HTTPStatus.BAD_REQUEST:
        raise LocalStackError(
            f"The example device could not be registered: {status} {reason(answer)}"
        )
    return answer["data"]
