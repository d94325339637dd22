"""What a team configures to be paged, on the deployed stack, and every way to be paged."""

import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from local.stack.deploy import STACK_NAME
from local.stack.start import Stack
from tests.scripted_server import Request, ScriptedServer, reply
from tests.stack.client import Client, Reply, eventually
from tests.stack.faulty_line import rerouted
from tests.stack.team import LONG, Team, of_type
from tests.stack.webhook_receiver import status

FORM = "application/x-www-form-urlencoded"
MAILS, TEXTS = "/_ministack/ses/messages", "/_ministack/sns/sms-messages"
BOT_TOKEN = "xoxb-stack"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
POSTED = reply(body={"ok": True, "channel": "C0STACK", "ts": "1700000000.000100"})


def kept_by_aws(stack: Stack, path: str) -> dict[str, Any]:
    """What the embedded AWS was given to send."""
    kept = Client(stack.aws.endpoint, None).get(path).expect(HTTPStatus.OK).json
    assert isinstance(kept, dict)
    return kept


def bodies(team: Team) -> dict[str, tuple[dict[str, object], dict[str, object]]]:
    """By kind: what is put, and what is then changed."""
    hook = team.hook()
    policy = team.policy(([hook], LONG))
    step = {"targets": [{"channel": hook.name}], "delay": "5m"}
    return {
        "users": ({"email": "alice@example.com"}, {"full_name": "Alice Archer"}),
        "channels": ({"type": "webhook", "url": hook.url}, {"rate_per_minute": 30}),
        "escalation-policies": ({"steps": [step]}, {"repeat": 2}),
        "routes": ({"match": ['team="nobodys"'], "escalation_policy": policy}, {"position": 7}),
        "heartbeats": ({"period": "24h", "escalation_policy": policy}, {"grace": "30m"}),
    }


@pytest.mark.parametrize(
    "kind", ["users", "channels", "escalation-policies", "routes", "heartbeats"]
)
def test_every_kind_is_put_read_listed_changed_and_deleted(
    team: Team, api: Client, kind: str
) -> None:
    body, change = bodies(team)[kind]
    path = f"/api/v1/{kind}/{team.name('own')}"
    nobody = api.post("/api/v1/keys", {"name": team.name("nobody"), "scopes": []})
    refused = api.with_key(nobody.expect(HTTPStatus.CREATED).data["key"])

    api.put(path, body).expect(HTTPStatus.CREATED)
    api.put(path, body).expect(HTTPStatus.OK)
    changed = api.patch(path, change).expect(HTTPStatus.OK).data
    shown = api.get(path).expect(HTTPStatus.OK).data
    listed = api.get(f"/api/v1/{kind}?limit=200").expect(HTTPStatus.OK).data
    [changed_name] = change
    assert shown[changed_name] == changed[changed_name] == change[changed_name]
    assert shown["name"] in [row["name"] for row in listed]
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        refused.send(method, path, body).expect(HTTPStatus.FORBIDDEN)

    api.delete(path).expect(HTTPStatus.NO_CONTENT, HTTPStatus.OK)
    api.get(path).expect(HTTPStatus.NOT_FOUND)


def test_a_channel_is_tested_and_the_outcome_told(team: Team, api: Client) -> None:
    hook = team.hook()
    test = f"/api/v1/channels/{hook.name}/test"

    sent = api.post(test).expect(HTTPStatus.OK).data
    hook.answers_with(status(404))
    failed = api.post(test).expect(HTTPStatus.OK).data

    assert (sent["state"], sent["attempts"]) == ("sent", 1)
    assert (failed["state"], failed["reason"]) == ("failed", "the receiver answered 404")
    assert [attempt.type for attempt in hook.told(2)] == ["channel.test"] * 2
    api.post(f"/api/v1/channels/{team.name('unknown')}/test").expect(HTTPStatus.NOT_FOUND)


def test_a_route_sends_what_matches_to_its_policy(team: Team, api: Client) -> None:
    hook, label = team.hook(), team.name("payments")
    route = {"match": [f'team="{label}"'], "escalation_policy": team.policy(([hook], LONG))}
    api.put(f"/api/v1/routes/{label}", route).expect(HTTPStatus.CREATED)
    sender = team.new_integration()

    # That no policy is for an alert is believed for a few seconds.
    def matching() -> str:
        return team.opened(sender, extra_tags={"team": label})

    eventually(matching, lambda _: bool(hook.received), seconds=20)

    assert hook.pages[0].notification["reason"] == "first"
    api.delete(f"/api/v1/routes/{label}").expect(HTTPStatus.NO_CONTENT, HTTPStatus.OK)


def test_notifications_are_listed_with_what_became_of_them(team: Team, api: Client) -> None:
    hook, nobody = team.hook(), team.name("nobody")
    api.put(f"/api/v1/users/{nobody}", {}).expect(HTTPStatus.CREATED)
    alert_id = team.opened(team.sender(([hook, {"user": nobody}], LONG)))
    team.told(alert_id, "notification_sent", "notification_skipped")

    rows = {row["target"]: row for row in team.notifications(alert_id)}

    assert rows[f"channel:{hook.name}"]["state"] == "sent"
    assert rows[f"channel:{hook.name}"]["id"] == hook.told(1)[0].id
    assert rows[f"user:{nobody}"]["state"] == "skipped"
    assert rows[f"user:{nobody}"]["reason"] == f"{nobody} has no contact method"
    page = api.get(f"/api/v1/alerts/{alert_id}/notifications?limit=1").expect(HTTPStatus.OK).json
    assert (len(page["data"]), page["has_more"]) == (1, True)
    api.get("/api/v1/alerts/01KDVDNA00ZCVCZ1MWHVHYJ7B9/notifications").expect(HTTPStatus.NOT_FOUND)


def test_e_mail_and_sms_arrive_at_their_times_with_links_that_act(
    stack: Stack, team: Team, api: Client
) -> None:
    alice = team.name("alice")
    address, phone = f"{alice}@example.com", f"+1555{time.time_ns() % 10_000_000:07}"
    rules = [{"by": "email"}, {"after": "2s", "by": "sms", "severity": ["critical"]}]
    body = {"email": address, "phone": phone, "notify": rules}
    api.put(f"/api/v1/users/{alice}", body).expect(HTTPStatus.CREATED)

    alert_id = team.opened(team.sender(([{"user": alice}], LONG)), name="Disk full on db-1")

    def mails() -> list[dict[str, Any]]:
        kept = kept_by_aws(stack, MAILS)["messages"].values()
        return [mail for mails in kept for mail in mails if mail["To"] == [address]]

    [mail] = eventually(mails, bool)
    assert "Disk full on db-1" in mail["Subject"]
    assert mail["Source"] == "Tocsin <tocsin@example.com>"
    assert "Disk full on db-1" in mail["BodyHtml"]
    texts = eventually(lambda: kept_by_aws(stack, TEXTS)["sms_messages"].get(phone, []), bool)
    assert ["Disk full on db-1" in text["Message"] for text in texts] == [True]
    team.told(alert_id, "notification_sent", "notification_sent")
    rows = {row["channel"]: row for row in team.notifications(alert_id)}
    assert {name: row["state"] for name, row in rows.items()} == {"email": "sent", "sms+2s": "sent"}
    assert rows["email"]["provider_id"] == mail["MessageId"]

    lines = mail["BodyText"].splitlines()
    [said] = [number for number, line in enumerate(lines) if line.startswith("Acknowledge ")]
    link = urlsplit(lines[said + 1]).path
    press = api.with_key(None).post(link, b"action=acknowledge", Content_Type=FORM)
    press.expect(HTTPStatus.SEE_OTHER)
    assert api.alert(alert_id)["acknowledged_by"] == alice


@dataclass(frozen=True)
class Workspace:
    """A Slack of our own, with one channel of ours in it."""

    server: ScriptedServer
    api: Client
    channel: str

    def calls(self, method: str) -> list[Request]:
        return [it for it in list(self.server.requests) if f"/{method} " in it.line]

    def press(self, token: str, *, user: str = "U0NOBODY", secret: str = SIGNING_SECRET) -> Reply:
        """What Slack sends when a button is pressed."""
        payload = {
            "type": "block_actions",
            "user": {"id": user},
            "actions": [{"action_id": "acknowledge", "type": "button", "value": token}],
        }
        body = urlencode({"payload": json.dumps(payload)}).encode()
        timestamp = str(int(time.time()))
        signed = f"v0:{timestamp}:".encode() + body
        return self.api.with_key(None).post(
            f"/slack/{self.channel}/actions",
            body,
            Content_Type=FORM,
            X_Slack_Request_Timestamp=timestamp,
            X_Slack_Signature=f"v0={hmac.digest(secret.encode(), signed, 'sha256').hex()}",
        )


@pytest.fixture
def slack(stack: Stack, team: Team, api: Client) -> Iterator[Workspace]:
    """The stack asks this machine in the place of Slack, as with another `SlackApiUrl`."""
    name = team.name("slack")
    secret = f"/tocsin/{STACK_NAME}/{name}"
    stack.aws.client("ssm").put_parameter(
        Name=secret,
        Value=json.dumps({"bot_token": BOT_TOKEN, "signing_secret": SIGNING_SECRET}),
        Type="SecureString",
    )
    body = {"type": "slack", "channel": "#oncall", "secret": secret}
    api.put(f"/api/v1/channels/{name}", body).expect(HTTPStatus.CREATED)
    with (
        ScriptedServer([POSTED]).running() as server,
        rerouted(stack, ["NotifierFunction"], server.url, by="SLACK_API_URL"),
    ):
        yield Workspace(server, api, name)


def buttons(request: Request) -> dict[str, str]:
    """By what they say: what they carry."""
    return {
        (element.get("text") or element["placeholder"])["text"]: element.get("value", "")
        for block in request.json()["attachments"][0]["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    }


def test_a_slack_message_has_buttons_that_act_and_is_brought_up_to_date(
    team: Team, api: Client, slack: Workspace
) -> None:
    alert_id = team.opened(team.sender(([{"channel": slack.channel}], LONG)))

    [posted] = eventually(lambda: slack.calls("chat.postMessage"), bool)
    assert posted.headers["authorization"] == f"Bearer {BOT_TOKEN}"
    assert posted.json()["channel"] == "#oncall"
    assert list(buttons(posted)) == ["Acknowledge", "Snooze", "Resolve"]
    token = buttons(posted)["Acknowledge"]

    slack.press(token, secret="another").expect(HTTPStatus.UNAUTHORIZED)
    assert api.alert(alert_id)["status"] == "firing"
    replies = [slack.press(token).expect(HTTPStatus.OK) for _ in range(2)]
    assert [reply.text for reply in replies] == ["", ""]
    assert api.alert(alert_id)["acknowledged_by"] == "slack:U0NOBODY"

    [updated] = eventually(lambda: slack.calls("chat.update"), bool)
    assert updated.json()["channel"] == "C0STACK"
    assert updated.json()["ts"] == "1700000000.000100"
    assert "Acknowledge" not in buttons(updated)
    timeline = team.told(alert_id, "notification_sent", "notification_sent")
    events = [entry.get("event") for entry in of_type(timeline, "notification_sent")]
    assert events == [None, "alert.acknowledged"]
    _, told = slack.calls("chat.postMessage")
    assert told.json()["thread_ts"] == "1700000000.000100"
    assert told.json()["reply_broadcast"] is False


def test_a_slack_that_refuses_for_now_gets_the_message_later_and_once(
    team: Team, api: Client, slack: Workspace
) -> None:
    slack.server.plays(reply(body={"ok": False, "error": "ratelimited"}), POSTED)

    alert_id = team.opened(team.sender(([{"channel": slack.channel}], LONG)))

    timeline = team.told(alert_id, "notification_failed", "notification_sent")
    failed, sent = of_type(timeline, "notification_failed", "notification_sent")
    assert (failed["reason"], sent["attempt"]) == ("Slack refused: ratelimited", 2)
    _, posted = slack.calls("chat.postMessage")
    user = team.name("alice")
    api.put(f"/api/v1/users/{user}", {"slack_id": "U0STACK"}).expect(HTTPStatus.CREATED)
    slack.press(buttons(posted)["Acknowledge"], user="U0STACK").expect(HTTPStatus.OK)
    alert = api.alert(alert_id)
    assert (alert["acknowledged_by"], alert["acknowledged_via"]) == (user, "slack")


def test_a_policy_made_a_moment_ago_pages(team: Team, new_integration: Callable[..., Any]) -> None:
    known = team.hook()
    team.opened(team.sender(([known], LONG)))
    known.told(1)
    hook = team.hook()
    sender = new_integration(escalation_policy=team.policy(([hook], LONG)))

    alert_id = team.opened(sender)

    assert [page.alert_id for page in hook.told(1)] == [alert_id]
