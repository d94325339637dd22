"""Buttons in Slack."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from functions.actions.acting import Outcome, Press, act_once
from functions.actions.links import read_link
from functions.actions.ports import Ports
from functions.actions.request import Request, form_value
from functions.actions.slack_signature import is_from_slack
from tocsin.adapters.aws_json import AwsError
from tocsin.domain.choice import Choice, read_choice
from tocsin.domain.errors import (
    AlertNotFoundError,
    MalformedInputError,
    TryAgainError,
    UnauthorizedError,
)
from tocsin.domain.ids import Actor, by_slack
from tocsin.domain.link import LinkAction, LinkExpiredError, LinkUnknownError
from tocsin.domain.people import User
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.lambda_runtime.strict_json import expect_size, read_json

_SLACK_ID: Final = re.compile(r"[A-Z0-9]{1,32}")
_DONE: Final = HttpAnswer(status=HTTPStatus.OK)
_TOO_OLD: Final = (
    "This button is too old. If the alert still fires, a newer message has newer ones."
)
_NO_LONGER: Final = "This button does not work any more. Nothing was changed."
_BUSY: Final = "Not just now: storage is busy. Press the button again in a few seconds."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pressed:
    """Which button, by whom, and the address for an answer that only they see."""

    token: str
    choice: Choice | None
    """None: the link's own."""
    slack_id: str
    response_url: str | None


def answer_slack(request: Request, channel: str, ports: Ports) -> HttpAnswer:
    """Do the button's action; the notifier updates the message.

    Raises:
        UnauthorizedError: The channel does not exist, or its app did not sign the request.
        MalformedInputError: It is not what Slack sends.
    """
    expect_size(request.body)
    _expect_signed(request, channel, ports)
    if (challenge := _challenge(request)) is not None:
        headers = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}
        return HttpAnswer(status=HTTPStatus.OK, body=challenge, headers=headers)
    pressed = _pressed(request)
    if pressed is None:
        return _DONE
    said = _act(request, pressed, ports)
    if said is not None and pressed.response_url is not None:
        ports.tell_in_slack(pressed.response_url, said)
    return _DONE


def _expect_signed(request: Request, channel: str, ports: Ports) -> None:
    name = ports.slack.secret_of(channel)
    try:
        if name is not None and _is_signed(request, name, ports):
            return
    except AwsError as error:
        ports.log.warning("Slack secret cannot be read", channel=channel, code=error.code)
    raise UnauthorizedError("This is not signed by the Slack app of one of our channels.")


def _is_signed(request: Request, name: str, ports: Ports) -> bool:
    from tocsin.channels.slack_secret import read_slack_secret

    known = read_slack_secret(ports.secrets.get(name, at=request.at)).signing_secret
    if is_from_slack(request.headers, request.body, known, request.at):
        return True
    by_now = read_slack_secret(ports.secrets.get_anew(name, at=request.at)).signing_secret
    return by_now != known and is_from_slack(request.headers, request.body, by_now, request.at)


def _challenge(request: Request) -> str | None:
    """Slack's check of an address that is entered in the app's settings."""
    if not request.body.lstrip().startswith(b"{"):
        return None
    asked = read_json(request.body)
    challenge = asked.get("challenge") if asked.get("type") == "url_verification" else None
    return challenge if isinstance(challenge, str) else None


def _pressed(request: Request) -> _Pressed | None:
    """Read the interaction; None for one that needs no work, such as a button that is a link."""
    payload = read_json((form_value(request.body, "payload") or "").encode())
    match payload:
        case {"type": "block_actions", "user": {"id": str(slack_id)}, "actions": [first, *_]}:
            pass
        case {"type": str()}:
            return None
        case _:
            raise MalformedInputError("The form's field `payload` is not an interaction of Slack.")
    if not _SLACK_ID.fullmatch(slack_id):
        raise MalformedInputError("The user's id is none of Slack's.")
    token, chosen = _chosen(first)
    if token is None:
        return None
    return _Pressed(
        token=token,
        choice=read_choice(chosen),
        slack_id=slack_id,
        response_url=_text(payload, "response_url"),
    )


def _chosen(pressed: object) -> tuple[str | None, str]:
    """The token, and what was chosen: of a menu, whose block carries the token, or of a button."""
    name = _text(pressed, "action_id") or ""
    match pressed:
        case {"selected_option": option}:
            return _text(pressed, "block_id"), f"{name}:{_text(option, 'value')}"
        case _:
            return _text(pressed, "value"), name


def _text(members: object, name: str) -> str | None:
    value: Any = members.get(name) if isinstance(members, Mapping) else None
    return value if isinstance(value, str) else None


def _act(request: Request, pressed: _Pressed, ports: Ports) -> str | None:
    """Act, and return an answer for the person who pressed, if one is needed."""
    try:
        link = read_link(pressed.token, request.at, ports)
        choice = pressed.choice or Choice(link.action)
        if choice.action is LinkAction.VIEW:
            return None
        if not link.allows(choice.action):
            return _NO_LONGER
        request.facts.update(alert_id=link.alert_id, action=choice.action)
        users = ports.people.users()
        user = next((it for it in users.values() if it.slack_id == pressed.slack_id), None)
        actor = by_slack(pressed.slack_id, user.name if user else None)
        press = Press(
            link=link,
            token=pressed.token,
            action=choice.action,
            actor=actor,
            at=request.at,
            snooze=choice.snooze(request.at, user.time_zone if user else ports.zone),
        )
        outcome = act_once(press, ports)
    except LinkExpiredError:
        return _TOO_OLD
    except (LinkUnknownError, AlertNotFoundError):
        return _NO_LONGER
    except TryAgainError:
        return _BUSY
    request.facts["outcome"] = outcome.result
    return _what_to_say(outcome, actor, users)


def _what_to_say(outcome: Outcome, actor: Actor, users: Mapping[str, User]) -> str | None:
    """Leave out this person's own action, which the updated message shows."""
    from functions.actions.look import names_of_users
    from functions.actions.slack_words import sentence

    if outcome.is_done and outcome.by == actor:
        return None
    return sentence(outcome, names_of_users(users))
