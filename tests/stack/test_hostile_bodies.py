"""Bodies that nobody should send: refused clearly, or taken whole with word of what was cut."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from tests.functions.ingest.hostile import EVENT, REST, corpus
from tests.stack.client import Client, Reply, Sender
from tests.stack.hostile import expect_whole, wrong_with
from tocsin.domain.integration import IntegrationType

type NewName = Callable[[str], str]

MEBIBYTE = 1_048_576


@dataclass(frozen=True, slots=True)
class Way:
    """One way into intake."""

    post: Callable[[bytes], Reply]
    type: IntegrationType
    integration: str

    def entry(self, **fields: object) -> dict[str, Any]:
        """A good entry with more in it, under the names that this way has."""
        if self.type is IntegrationType.REST:
            return {**REST, **fields}
        reason = {"custom_details": fields.pop("output")} if "output" in fields else {}
        return {**EVENT, "payload": {**EVENT["payload"], **fields, **reason}}


@pytest.fixture(scope="module", params=["rest", "events", "by key"])
def way(request: pytest.FixtureRequest, new_integration: Callable[..., Sender], api: Client) -> Way:
    if request.param == "by key":
        made = api.post("/api/v1/keys", {"name": "hostile events", "scopes": ["events"]})
        caller = api.with_key(made.expect(201).data["key"])
        post = lambda body: caller.post("/api/v1/events", body)  # noqa: E731 - one of two
        return Way(post, IntegrationType.EVENTS, "events-api")
    sender = new_integration(type=request.param)
    return Way(sender.post, IntegrationType(request.param), sender.name)


def written(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode()


def wrong_with_taken(reply: Reply, api: Client) -> str | None:
    for result in reply.data["results"][:5]:
        if result["alert_id"] is None:
            assert result["outcome"] in {"rejected", "ignored"}
        elif (read := api.get(f"/api/v1/alerts/{result['alert_id']}")).status != 200:
            return f"cannot be read: {read.status} {read.text[:200]}"
    return None


def test_whatever_is_sent_is_refused_clearly_or_taken_whole(way: Way, api: Client) -> None:
    wrong = {}
    for name, body in corpus(way.type).items():
        reply = way.post(body)
        found = wrong_with_taken(reply, api) if reply.status == 202 else wrong_with(reply)
        if found:
            wrong[name] = found

    assert wrong == {}
    expect_whole(api, way.integration)


@pytest.mark.parametrize(
    ("spelled", "status", "code"),
    [
        pytest.param("{'name': 'x'}", 400, "bad_request", id="not JSON"),
        pytest.param('"Disk full"', 400, "bad_request", id="another type"),
        pytest.param("[7, null]", 422, "invalid_request", id="entries of other types"),
        pytest.param('{"deep": %s}', 400, "bad_request", id="nested 1,000 deep"),
        pytest.param('{"name": "x",}', 400, "bad_request", id="a comma too many"),
        pytest.param('{"name": "x', 400, "bad_request", id="broken off"),
        pytest.param(" " * (MEBIBYTE + 1), 413, "payload_too_large", id="1 MiB and a byte"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    way: Way, spelled: str, status: int, code: str
) -> None:
    body = spelled % ("[" * 1_000 + "]" * 1_000) if "%s" in spelled else spelled

    refused = way.post(body.encode()).expect(status)

    assert refused.error_code == code


def test_fields_of_other_types_are_named(way: Way) -> None:
    refused = way.post(written(way.entry(severity=["critical"], source={})))

    named = {detail["field"] for detail in refused.expect(422).json["error"]["details"]}
    assert {name.rpartition(".")[2] for name in named} == {"severity", "source"}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        pytest.param(
            {"labels": {f"tag{number}": "x" for number in range(10_000)}},
            "labels: kept 500 of 10000",
            id="10,000 tags",
        ),
        pytest.param(
            {"output": "ö" * 250_000}, "kept 65536 of 500000 bytes", id="an output of 500 KB"
        ),
        pytest.param(
            {"output": "x" * (MEBIBYTE - 1_000)}, "kept 65536 of 1047576 bytes", id="nearly 1 MiB"
        ),
        pytest.param({"rule_name": "n" * 300}, "kept 256 of 300 characters", id="a long name"),
    ],
)
def test_what_is_too_much_is_cut_and_said(
    way: Way, api: Client, new_name: NewName, fields: dict[str, Any], told: str
) -> None:
    entry = way.entry(**fields) | {"dedup_key": new_name("too much")}

    (result,) = way.post(written(entry)).expect(202).data["results"]

    alert = api.alert(result["alert_id"])
    assert result["outcome"] == "opened"
    assert told in " ".join(result["truncated"])
    assert alert["truncated"] == result["truncated"]
    (row,) = api.get(f"/api/v1/alerts?dedup_key={quote(entry['dedup_key'])}").data
    cut = {name for name in row if row[name] != alert[name]}
    assert cut <= {"labels", "tags", "reason", "truncated"}
    assert ("truncated" in cut) == bool(cut)


def test_an_escaped_nul_becomes_a_mark_that_people_see(way: Way, api: Client) -> None:
    body = json.dumps(way.entry(rule_name="a\0b")).encode()

    (result,) = way.post(body).expect(202).data["results"]

    assert api.alert(result["alert_id"])["rule_name"] == "a\N{REPLACEMENT CHARACTER}b"
