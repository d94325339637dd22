"""Signal's page on its Alerts API: its commands run as printed, with our host, key and ids."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.stack.client import Client, Reply, Sender, eventually
from tests.stack.likeness import unlike
from tests.stack.shell import Shell
from tests.vendor_documents import document, requests_in, table

type NewName = Callable[[str], str]

HOST, ID = "https://signal.brainzlab.ai", "alert_abc123"
PAGE = document("signal-alerts-api")
EXAMPLES = requests_in(PAGE)
LIST = EXAMPLES["GET /api/v1/alerts"]
GET = EXAMPLES["GET /api/v1/alerts/:id"]
ACKNOWLEDGE = EXAMPLES["POST /api/v1/alerts/:id/acknowledge"]
RESOLVE = EXAMPLES["POST /api/v1/alerts/:id/resolve"]
SNOOZE = EXAMPLES["POST /api/v1/alerts/:id/snooze"]
PARAMETERS = table(PAGE, "ParameterTypeDescription", r"([a-z_]+?)(string|integer)([A-Z].*)")
ERRORS = table(PAGE, "CodeDescription", r"([a-z_]+)([A-Z].*)")
SHOWN = GET.json["data"]
OWN = {"id", "fired_at", "acknowledged_at", "acknowledged_by", "incident_id", "timestamp"}


def payload(**changed: object) -> dict[str, Any]:
    """What a sender says so that its alert is the one on the page."""
    said = ("rule_id", "rule_name", "severity", "source", "source_name", "threshold", "operator")
    fields = {name: SHOWN[name] for name in (*said, "window", "tags")}
    return {"name": SHOWN["rule_name"], **fields, **changed}


@pytest.fixture
def sender(new_integration: Callable[..., Sender]) -> Sender:
    return new_integration()


@pytest.fixture
def alert_id(sender: Sender, api: Client) -> str:
    """The alert on the page: it fired, its value rose, and it was promoted."""
    (alert_id,) = {
        sender.send(**payload(current_value=sample["value"]))["alert_id"]
        for sample in SHOWN["history"]
    }
    api.post(f"/api/v1/alerts/{alert_id}/create-incident").expect(201)
    assert isinstance(alert_id, str)
    return alert_id


@pytest.fixture
def as_printed(shell: Shell, api: Client, new_name: NewName) -> Callable[..., Reply]:
    """Runs a command of the page with a key of the one scope that it needs."""
    made = api.post("/api/v1/keys", {"name": new_name("signal"), "scopes": ["alerts"]})
    key: str = made.expect(201).data["key"]

    def run(command: str, alert_id: str = ID) -> Reply:
        assert HOST in command
        ours = command.replace(HOST, api.url).replace(ID, alert_id)
        return shell.curl(ours, API_KEY=key)

    return run


@pytest.mark.usefixtures("alert_id")
def test_the_list_shows_what_the_page_shows(
    as_printed: Callable[..., Reply], sender: Sender
) -> None:
    def ours() -> list[dict[str, Any]]:
        rows = as_printed(LIST.curl).expect(200).data
        assert {(row["status"], row["severity"]) for row in rows} == {("firing", "critical")}
        return [row for row in rows if row["integration"] == sender.name]

    documented = LIST.json["data"]
    shown = eventually(ours, lambda rows: [row["current_value"] for row in rows] == [150])

    assert unlike(shown, documented, own=OWN) == []


def test_the_meta_of_the_list_counts_what_is_open(
    as_printed: Callable[..., Reply], sender: Sender, api: Client
) -> None:
    documented = LIST.json["meta"]
    before = settled_counts(api)

    ids = [
        sender.send(**payload(name=f"Counted {number}"))["alert_id"]
        for number in range(documented["total"])
    ]
    for alert_id in ids[: documented["acknowledged"]]:
        as_printed(ACKNOWLEDGE.curl, alert_id).expect(200)

    more = eventually(
        lambda: rise(before, as_printed(LIST.curl).expect(200).json["meta"]),
        lambda counted: counted == documented,
    )
    assert unlike(more, documented) == []


def settled_counts(api: Client) -> dict[str, int]:
    """The counts once the stream has followed what other tests did."""
    return eventually(lambda: counts(api), lambda counted: counted == counts(api))


def counts(api: Client) -> dict[str, int]:
    meta: dict[str, int] = api.get("/api/v1/alerts?status=resolved&limit=1").json["meta"]
    return meta


def rise(before: dict[str, int], now: dict[str, int]) -> dict[str, int]:
    return {name: now[name] - before[name] for name in LIST.json["meta"]}


def test_an_alert_shows_what_the_page_shows(alert_id: str, api: Client) -> None:
    alert = eventually(
        lambda: api.alert(alert_id), lambda alert: len(alert["history"]) == len(SHOWN["history"])
    )

    assert unlike({"data": alert}, GET.json, own=OWN) == []


def test_acknowledging_as_printed_answers_as_the_page_does(
    as_printed: Callable[..., Reply], alert_id: str, api: Client
) -> None:
    answer = as_printed(ACKNOWLEDGE.curl, alert_id).expect(200).json

    assert unlike(answer, ACKNOWLEDGE.json, own=OWN) == []
    assert answer["data"]["id"] == alert_id
    (entry,) = api.entries(alert_id, "acknowledged")
    assert entry["note"] == "Investigating the issue"


def test_resolving_as_printed_resolves(
    as_printed: Callable[..., Reply], alert_id: str, api: Client
) -> None:
    answer = as_printed(RESOLVE.curl, alert_id).expect(200)

    assert answer.data["status"] == api.alert(alert_id)["status"] == "resolved"
    (entry,) = api.entries(alert_id, "resolved")
    assert entry["note"] == "Deployed fix"


def test_snoozing_as_printed_mutes_for_so_long(
    as_printed: Callable[..., Reply], alert_id: str
) -> None:
    began = datetime.now(UTC)

    alert = as_printed(SNOOZE.curl, alert_id).expect(200).data

    length = datetime.fromisoformat(alert["snoozed_until"]) - began
    assert timedelta(hours=1) <= length + timedelta(milliseconds=1) < timedelta(hours=1, minutes=1)
    assert alert["snooze_reason"] == "Known issue, fix deploying"
    assert alert["status"] == "firing"


@pytest.mark.parametrize(("code", "what"), ERRORS, ids=[code for code, _ in ERRORS])
def test_each_documented_error_is_given(
    as_printed: Callable[..., Reply], alert_id: str, code: str, what: str
) -> None:
    match code:
        case "alert_not_found":
            status, refused = 404, as_printed(ACKNOWLEDGE.curl)
        case "already_acknowledged":
            as_printed(ACKNOWLEDGE.curl, alert_id).expect(200)
            status, refused = 409, as_printed(ACKNOWLEDGE.curl, alert_id)
        case "already_resolved":
            as_printed(RESOLVE.curl, alert_id).expect(200)
            status, refused = 409, as_printed(RESOLVE.curl, alert_id)
        case _:
            pytest.fail(f"the page has another error: {code}, {what}")

    assert refused.expect(status).error_code == code


def test_each_documented_parameter_is_one_of_the_list(api: Client) -> None:
    offered = api.parameters(LIST.path)

    for name, kind, what in PARAMETERS:
        assert offered[name]["type"] == kind
        assert name != "limit" or what == f"Max results (default: {offered[name]['default']})"
