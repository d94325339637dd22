"""Buttons in Slack: only Slack's own word counts, for five minutes, and each button acts once."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from tests.examples import BOB, NINE
from tests.functions.actions.holder import (
    KEY,
    SIGNING_SECRET,
    SLACK_SECRET,
    URL,
    Holder,
    Reply,
    example,
    slack_payload,
    slack_signature,
)
from tests.functions.actions.test_links import BusyAlerts
from tocsin.domain.ids import Actor, AlertId
from tocsin.domain.link import LINK_LIFE, LinkAction, LinkSigner
from tocsin.domain.people import User

AT_NINE = "<!date^1772355600^{time}|09:00 UTC>"
UNCHANGED = "Nothing was changed."
RESPONSE_URL = "https://hooks.slack.com/actions/T1/1/abc"


@pytest.fixture
def holder(holder: Holder) -> Holder:
    holder.people.known["bob"] = User(name="bob", full_name="Bob Smith", phone="+15550100")
    return holder


@pytest.fixture
def alert_id(holder: Holder) -> AlertId:
    return holder.world.opened()


@pytest.fixture
def token(holder: Holder, alert_id: AlertId) -> str:
    return holder.token(LinkAction.ACKNOWLEDGE, alert_id, by="ops-slack")


def is_silent(reply: Reply) -> bool:
    return (reply.status, reply.text) == (200, "")


def test_the_event_of_the_gateway_acknowledges(holder: Holder, alert_id: AlertId) -> None:
    assert is_silent(holder.send(example("slack")))
    assert holder.world.alert(alert_id).acknowledged_by == Actor("slack:alice")
    assert holder.told == []


@pytest.mark.parametrize(
    ("user", "actor"),
    [
        pytest.param("U1", "slack:alice", id="known by the id in Slack"),
        pytest.param("U999", "slack:U999", id="unknown"),
    ],
)
def test_the_person_who_pressed_a_button_in_slack_is_the_responder(
    holder: Holder, alert_id: AlertId, token: str, user: str, actor: str
) -> None:
    assert is_silent(holder.click(token, user=user))

    assert holder.world.alert(alert_id).acknowledged_by == Actor(actor)
    assert holder.told == []


def test_a_request_that_comes_again_does_nothing_more(
    holder: Holder, alert_id: AlertId, token: str
) -> None:
    holder.click(token)
    holder.world.unacknowledge(alert_id)
    happened = holder.world.happened(alert_id)

    assert is_silent(holder.click(token))
    assert holder.world.happened(alert_id) == happened


def test_a_button_in_slack_and_one_on_a_page_do_not_act_twice(
    holder: Holder, alert_id: AlertId
) -> None:
    token = holder.token(LinkAction.SNOOZE, alert_id, by="ops-slack")
    holder.click(token)
    holder.world.now += timedelta(minutes=5)

    holder.press(token)

    assert holder.world.happened(alert_id).count("snoozed") == 1


def pressed(action: str, token: str) -> Any:  # noqa: ANN401 - a change of any payload
    """A button of a message: what it does is its name, and its value opens the alert."""
    button = {"type": "button", "action_id": action, "block_id": token, "value": token}
    return lambda payload: payload.update(actions=[button])


def chosen(value: object, token: str) -> Any:  # noqa: ANN401 - a change of any payload
    """A choice of the menu, as Slack sends it: the token is the block's id."""
    option = {"text": {"type": "plain_text", "text": "1 h", "emoji": False}, "value": value}
    menu = {
        "type": "static_select",
        "action_id": "snooze",
        "block_id": token,
        "selected_option": option,
        "placeholder": {"type": "plain_text", "text": "Snooze", "emoji": False},
    }
    return lambda payload: payload.update(actions=[menu])


def test_the_example_press_is_one_of_a_button_that_messages_have() -> None:
    body = base64.b64decode(example("slack")["body"]).decode()
    payload = json.loads(dict(parse_qsl(body))["payload"])
    [action] = payload["actions"]

    link = LinkSigner(KEY, URL).read(action["value"], at=NINE)

    links = LinkSigner(KEY, URL).links(link.alert_id, by="ops-slack", at=NINE)
    assert action["action_id"] == "acknowledge"
    assert action["block_id"] == action["value"] == links.view.rpartition("/")[2]


@pytest.fixture
def view(holder: Holder, alert_id: AlertId) -> str:
    return holder.token(LinkAction.VIEW, alert_id, by="ops-slack")


def test_the_buttons_of_one_message_acknowledge_give_back_and_resolve(
    holder: Holder, alert_id: AlertId, view: str
) -> None:
    for action in ("acknowledge", "unacknowledge", "resolve"):
        assert is_silent(holder.click(view, change=pressed(action, view)))

    happened = holder.world.happened(alert_id)
    assert [
        each for each in happened if each in {"acknowledged", "unacknowledged", "resolved"}
    ] == [
        "acknowledged",
        "unacknowledged",
        "resolved",
    ]
    assert {change.by for change in holder.world.timeline(alert_id)[1:]} >= {Actor("slack:alice")}
    assert holder.told == []


@pytest.mark.parametrize(
    ("value", "user", "until"),
    [
        pytest.param("15m", "U1", NINE + timedelta(minutes=15), id="a quarter"),
        pytest.param("1h", "U1", NINE + timedelta(hours=1), id="an hour"),
        pytest.param("4h", "U1", NINE + timedelta(hours=4), id="four"),
        pytest.param("09:00", "U1", NINE + timedelta(hours=23), id="nine in Berlin, tomorrow"),
        pytest.param("09:00", "U999", NINE + timedelta(hours=24), id="nine in UTC, tomorrow"),
        pytest.param("12:00", "U1", NINE + timedelta(hours=2), id="noon in Berlin, today"),
    ],
)
def test_a_choice_of_the_menu_snoozes(
    holder: Holder, alert_id: AlertId, view: str, value: str, user: str, until: datetime
) -> None:
    assert is_silent(holder.click(view, user=user, change=chosen(value, view)))

    snooze = holder.world.alert(alert_id).snooze
    assert snooze is not None
    assert snooze.until == until


def test_another_choice_of_the_menu_is_another_press(
    holder: Holder, alert_id: AlertId, view: str
) -> None:
    for value in ("15m", "15m", "4h"):
        holder.click(view, change=chosen(value, view))

    snooze = holder.world.alert(alert_id).snooze
    assert snooze is not None
    assert snooze.until == NINE + timedelta(hours=4)
    assert holder.world.happened(alert_id).count("snoozed") == 2


def test_wake_now_ends_the_snooze(holder: Holder, alert_id: AlertId, view: str) -> None:
    holder.click(view, change=chosen("4h", view))

    assert is_silent(holder.click(view, change=pressed("unsnooze", view)))

    assert holder.world.alert(alert_id).snooze is None
    assert holder.told == []


def test_nine_is_the_teams_where_no_user_has_this_id(
    holder: Holder, alert_id: AlertId, view: str
) -> None:
    holder.zone = "America/New_York"

    holder.click(view, user="U999", change=chosen("09:00", view))

    snooze = holder.world.alert(alert_id).snooze
    assert snooze is not None
    assert snooze.until == NINE + timedelta(hours=5)


@pytest.mark.parametrize("value", ["", "1d", "15m ", "25:00", "09:30", 5, None, "acknowledge"])
def test_a_choice_that_is_not_offered_does_nothing(
    holder: Holder, alert_id: AlertId, view: str, value: object
) -> None:
    assert is_silent(holder.click(view, change=chosen(value, view)))
    assert holder.world.happened(alert_id) == ["fired"]


def test_a_button_does_not_more_than_its_link_allows(
    holder: Holder, alert_id: AlertId, token: str
) -> None:
    assert is_silent(holder.click(token, change=pressed("resolve", token)))

    assert holder.world.happened(alert_id) == ["fired"]
    assert "does not work any more" in holder.told[0][1]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        pytest.param(
            "unacknowledge", "Nobody has it, so nobody can give it back.", id="nobody has it"
        ),
        pytest.param(
            "unsnooze", "It is not snoozed, so it cannot be woken.", id="it is not snoozed"
        ),
        pytest.param("view", None, id="looking"),
        pytest.param("open_runbook", None, id="a link"),
    ],
)
def test_a_press_that_changes_nothing_says_why(
    holder: Holder, alert_id: AlertId, view: str, action: str, said: str | None
) -> None:
    assert is_silent(holder.click(view, change=pressed(action, view)))

    assert holder.world.happened(alert_id) == ["fired"]
    assert [text for _, text in holder.told] == ([f"{said} {UNCHANGED}"] if said else [])


def test_a_press_after_the_end_says_who_ended_it(
    holder: Holder, alert_id: AlertId, view: str
) -> None:
    holder.world.resolve(alert_id, by=BOB)

    for change in (pressed("acknowledge", view), chosen("1h", view), pressed("resolve", view)):
        assert is_silent(holder.click(view, change=change))

    said = f"It is over: Bob Smith resolved it at {AT_NINE}. {UNCHANGED}"
    assert holder.told == [(RESPONSE_URL, said)] * 3


def test_a_shorter_snooze_says_that_there_is_a_longer_one(holder: Holder, view: str) -> None:
    holder.click(view, change=chosen("4h", view))

    holder.click(view, change=chosen("15m", view))

    until = "<!date^1772370000^{time}|13:00 UTC>"
    assert holder.told == [(RESPONSE_URL, f"It is snoozed until {until} already. {UNCHANGED}")]


def test_a_name_means_nothing_to_slack(holder: Holder, alert_id: AlertId, view: str) -> None:
    holder.people.known["bob"] = User(name="bob", full_name="<!channel> & <@U1>")
    holder.world.acknowledge(alert_id, by=BOB)

    holder.click(view, change=pressed("acknowledge", view))

    assert holder.told[0][1].startswith("&lt;!channel&gt; &amp; &lt;@U1&gt; acknowledged it")


def test_a_late_press_in_slack_is_answered_to_that_person_alone(
    holder: Holder, alert_id: AlertId, token: str
) -> None:
    holder.world.acknowledge(alert_id, by=BOB)

    assert is_silent(holder.click(token))

    assert holder.told == [
        (RESPONSE_URL, f"Bob Smith acknowledged it at {AT_NINE}, before you. {UNCHANGED}")
    ]


def test_a_second_person_who_presses_a_button_reads_who_acted(holder: Holder, token: str) -> None:
    holder.click(token, user="U1")

    holder.click(token, user="U2")

    said = f"Alice acknowledged it at {AT_NINE}, before you. {UNCHANGED}"
    assert holder.told == [(RESPONSE_URL, said)]


def test_buttons_of_an_old_message_say_so(holder: Holder, alert_id: AlertId) -> None:
    old = holder.token(LinkAction.RESOLVE, alert_id, at=NINE - LINK_LIFE)

    assert is_silent(holder.click(old))

    assert [said for _, said in holder.told] == [
        "This button is too old. If the alert still fires, a newer message has newer ones."
    ]
    assert holder.world.happened(alert_id) == ["fired"]


@pytest.mark.parametrize("value", ["", "x", "é", "x" * 2_000])
def test_a_value_that_we_did_not_sign_does_nothing(
    holder: Holder, alert_id: AlertId, value: str
) -> None:
    assert is_silent(holder.click(value))
    assert holder.world.happened(alert_id) == ["fired"]


def test_a_value_signed_with_another_key_does_nothing(holder: Holder, alert_id: AlertId) -> None:
    forged = LinkSigner(bytes(32), "").token(LinkAction.RESOLVE, alert_id, by="alice", at=NINE)

    assert is_silent(holder.click(forged))
    assert holder.world.happened(alert_id) == ["fired"]


def test_busy_storage_is_reported_in_slack_and_the_button_works_later(
    holder: Holder, alert_id: AlertId, token: str
) -> None:
    holder.alerts = BusyAlerts()
    assert is_silent(holder.click(token))
    assert "storage is busy" in holder.told[0][1]
    holder.alerts = None

    holder.click(token)

    assert holder.world.alert(alert_id).acknowledged_by == Actor("slack:alice")


def refuse(reply: Reply) -> str:
    """The whole refusal but for what differs by request: it must not tell why."""
    assert reply.status == 401
    return reply.text


def test_whatever_is_wrong_with_a_signature_the_answer_is_the_same(
    holder: Holder, alert_id: AlertId, token: str
) -> None:
    now = str(int(NINE.timestamp()))
    body = urlencode({"payload": json.dumps(slack_payload(token))}).encode()
    refusals = [
        holder.click(token, secret="another"),
        holder.click(token, secret=""),
        holder.click(token, channel="no-such-channel"),
        holder.click(token, x_slack_signature=""),
        holder.click(token, x_slack_signature="v0="),
        holder.click(token, x_slack_signature="v0=" + "é" * 64),
        holder.click(token, x_slack_signature=slack_signature(SIGNING_SECRET, now, b"other")),
        holder.click(
            token, x_slack_signature=slack_signature(SIGNING_SECRET, now, body).replace("v0", "v1")
        ),
        holder.click(token, x_slack_request_timestamp=""),
        holder.click(token, x_slack_request_timestamp="now"),
        holder.click(token, x_slack_request_timestamp="٣"),
        holder.click(token, x_slack_request_timestamp="9" * 30),
        holder.click(token, x_slack_request_timestamp=f"-{now}"),
    ]

    assert len({refuse(reply) for reply in refusals}) == 1
    assert holder.world.happened(alert_id) == ["fired"]


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        pytest.param(-301, 401, id="too old"),
        pytest.param(-299, 200, id="old"),
        pytest.param(299, 200, id="ahead"),
        pytest.param(301, 401, id="too far ahead"),
    ],
)
def test_a_signature_holds_for_five_minutes(
    holder: Holder, token: str, seconds: int, status: int
) -> None:
    timestamp = str(int(NINE.timestamp()) + seconds)
    body = urlencode({"payload": json.dumps(slack_payload(token))}).encode()

    reply = holder.click(
        token,
        x_slack_request_timestamp=timestamp,
        x_slack_signature=slack_signature(SIGNING_SECRET, timestamp, body),
    )

    assert reply.status == status


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(None, id="no parameter"),
        pytest.param("", id="nothing in it"),
        pytest.param("xoxb-1", id="no JSON"),
        pytest.param("[]", id="no object"),
        pytest.param('{"bot_token": "xoxb-1"}', id="no signing secret"),
        pytest.param('{"signing_secret": ""}', id="an empty one"),
        pytest.param('{"signing_secret": 5}', id="a number"),
    ],
)
def test_no_request_is_accepted_without_a_signing_secret(
    holder: Holder, token: str, stored: str | None
) -> None:
    holder.secrets.stored.pop(SLACK_SECRET)
    if stored is not None:
        holder.secrets.stored[SLACK_SECRET] = stored

    assert holder.click(token, secret="").status == 401
    assert holder.click(token).status == 401
    if stored is None:
        warned = [message for level, message, _ in holder.log.lines if level == "warning"]
        assert warned == ["Slack secret cannot be read"] * 2


def test_a_new_signing_secret_works_without_a_restart(holder: Holder, token: str) -> None:
    assert holder.click("x").status == 200
    holder.secrets.stored[SLACK_SECRET] = '{"signing_secret": "new"}'

    assert holder.click(token, secret="new").status == 200
    assert holder.click(token).status == 401


def test_a_channels_secret_opens_no_other_channel(holder: Holder, token: str) -> None:
    holder.slack.channels["other"] = "/tocsin/other"
    holder.secrets.stored["/tocsin/other"] = '{"signing_secret": "of the other"}'

    assert holder.click(token, channel="other").status == 401
    assert holder.click(token, channel="other", secret="of the other").status == 200


def change(**members: object) -> Any:  # noqa: ANN401 - a change of any payload
    return lambda payload: payload.update(members)


@pytest.mark.parametrize(
    ("members", "status"),
    [
        pytest.param({"actions": []}, 200, id="no button"),
        pytest.param({"actions": [{"type": "button", "url": "https://x"}]}, 200, id="a link"),
        pytest.param({"actions": ["x"]}, 200, id="a text for a button"),
        pytest.param({"actions": [{"value": 5}]}, 200, id="a number for a value"),
        pytest.param({"type": "view_submission"}, 200, id="something else that Slack sends"),
        pytest.param({"type": None}, 400, id="no type"),
        pytest.param({"user": {"id": "x'; --"}}, 400, id="an id that is none"),
        pytest.param({"user": {}}, 200, id="nobody"),
    ],
)
def test_an_interaction_of_slack_without_our_button_does_nothing(
    holder: Holder, alert_id: AlertId, token: str, members: dict[str, object], status: int
) -> None:
    assert holder.click(token, change=change(**members)).status == status
    assert holder.world.happened(alert_id) == ["fired"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"payload=", id="an empty field"),
        pytest.param(b"payload=%7B", id="half of JSON"),
        pytest.param(b"payload=[]", id="a list"),
        pytest.param(b"payload=%7B%7D&payload=%7B%7D", id="a field twice"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"&".join(b"a=%d" % number for number in range(50)), id="many fields"),
    ],
)
def test_a_signed_body_that_is_no_interaction_is_refused(
    holder: Holder, alert_id: AlertId, body: bytes
) -> None:
    assert holder.sign_and_send(example("slack"), body).status == 400
    assert holder.world.happened(alert_id) == ["fired"]


def test_a_body_over_the_limit_is_refused_unread(holder: Holder) -> None:
    assert holder.sign_and_send(example("slack"), b"x" * 1_048_577).status == 413


def test_slacks_check_of_the_address_is_answered(holder: Holder) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB"}).encode()

    reply = holder.sign_and_send(example("slack"), body)

    assert (reply.status, reply.text) == (200, "3eZbrw1aB")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert holder.sign_and_send(example("slack"), body, secret="another").status == 401


def test_only_slacks_own_event_asks_for_a_challenge(holder: Holder) -> None:
    body = json.dumps({"type": "event_callback", "challenge": "x"}).encode()

    assert holder.sign_and_send(example("slack"), body).status == 400


def test_a_link_to_view_is_no_button(holder: Holder, alert_id: AlertId) -> None:
    assert is_silent(holder.click(holder.token(LinkAction.VIEW, alert_id)))
    assert holder.world.happened(alert_id) == ["fired"]


def test_no_line_of_the_log_holds_the_secret(holder: Holder, token: str) -> None:
    holder.click(token)
    holder.click(token, secret="another")

    logged = repr(holder.log.lines)
    assert "/slack/{channel}/actions" in logged
    assert SIGNING_SECRET not in logged
    assert token not in logged
