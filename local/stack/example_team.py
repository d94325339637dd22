"""An example team, registered through the public API as a person would do it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from local.stack.api_calls import call, reason
from local.stack.aws import Aws
from local.stack.deploy import STACK_NAME
from local.stack.places import Places, read_json, write_json
from local.stack.prerequisites import LocalStackError
from tocsin_cli.template import TemplateFile

EXAMPLES = {"example-rest": "rest", "example-events": "events", "example-monitor": "monitor"}


@dataclass(frozen=True)
class Integration:
    type: str
    url: str


def admin_key(aws: Aws, stack_name: str = STACK_NAME) -> str:
    """The key that the deployment made, readable by the deployer only."""
    return _secret(aws, f"/tocsin/{stack_name}/admin-key")


def integrations_of(
    team: TemplateFile, aws: Aws, stack_name: str = STACK_NAME
) -> dict[str, Integration]:
    """The integrations of a team's file, whose URLs its deployment wrote to parameters.

    Those whose token another product made have none.
    """
    listed = team.members.get("integrations", ())
    return {
        it["name"]: Integration(
            type=it["type"], url=_secret(aws, f"/tocsin/{stack_name}/integrations/{it['name']}")
        )
        for it in listed
        if "token" not in it
    }


def _secret(aws: Aws, name: str) -> str:
    answer = aws.client("ssm").get_parameter(Name=name, WithDecryption=True)
    return str(answer["Parameter"]["Value"])


def example_team(url: str, key: str, places: Places) -> dict[str, Integration]:
    """Register what is missing.

    The API shows a URL once, so URLs are stored in `places.secrets`, with the key that got them.
    """
    told = _told(places, url, key)
    team = {}
    for name, kind in EXAMPLES.items():
        is_known = name in told and _exists(url, key, name)
        team[name] = told[name] if is_known else _register(url, key, name, kind)
    write_json(places.secrets, {"api_key": key, "integrations": as_json(team)})
    return team


def as_json(team: Mapping[str, Integration]) -> dict[str, dict[str, str]]:
    return {name: asdict(integration) for name, integration in team.items()}


def _told(places: Places, url: str, key: str) -> dict[str, Integration]:
    """The URLs of an earlier run, with the present address."""
    kept = read_json(places.secrets) or {}
    if kept.get("api_key") != key:
        return {}
    return {
        name: Integration(type=known["type"], url=url + urlsplit(known["url"]).path)
        for name, known in kept["integrations"].items()
    }


def _exists(url: str, key: str, name: str) -> bool:
    status, _ = call(url, "GET", f"/api/v1/integrations/{name}", key=key)
    return status == HTTPStatus.OK


def _register(url: str, key: str, name: str, kind: str) -> Integration:
    path = f"/api/v1/integrations/{name}"
    status, answer = call(url, "PUT", path, key=key, body={"type": kind})
    if status < HTTPStatus.BAD_REQUEST and "url" not in answer["data"]:
        # It exists and its URL was not stored.
        status, answer = call(url, "POST", f"{path}/rotate", key=key, body={})
    if status >= HTTPStatus.BAD_REQUEST:
        raise LocalStackError(
            f"The example integration {name} could not be registered: {status} {reason(answer)}"
        )
    return Integration(type=kind, url=str(answer["data"]["url"]))
