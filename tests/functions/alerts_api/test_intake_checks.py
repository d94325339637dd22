"""What an integration asks of its sender beyond the URL: set, kept, changed, and never shown."""

from typing import Any

import pytest

from tests.functions.alerts_api.client import Client, Reply
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.domain.credential import hash_secret
from tocsin.domain.intake_checks import NO_CHECKS, Basic, HeaderToken, IntakeChecks, Signature

PATH = "/api/v1/integrations/prod-github"
MASK = "********"
SIGNATURE = {"header": "X-Hub-Signature-256", "prefix": "sha256=", "secret": "It's a secret"}
BASIC = {"user": "cloud", "password": "correct horse battery staple"}
TOKEN = {"header": "X-Token", "token": "0123456789abcdef"}
CHECKS = {
    "signature": SIGNATURE,
    "basic": BASIC,
    "header_token": TOKEN,
    "allowed_cidrs": ["198.51.100.0/24", "2001:db8::/32"],
}
STORED = IntakeChecks(
    signature=Signature(header="x-hub-signature-256", prefix="sha256=", secret="It's a secret"),
    basic=Basic(user="cloud", password_hash=hash_secret("correct horse battery staple")),
    header_token=HeaderToken(header="x-token", token_hash=hash_secret("0123456789abcdef")),
    allowed_cidrs=("198.51.100.0/24", "2001:db8::/32"),
)


def put(editor: Client, **settings: Any) -> Reply:  # noqa: ANN401 - any setting
    return editor.send("PUT", PATH, body={"type": "rest", **settings})


def patch(editor: Client, **settings: Any) -> Reply:  # noqa: ANN401 - any setting
    return editor.send("PATCH", PATH, body=settings)


def stored(integrations: DynamoDBIntegrations) -> IntakeChecks:
    return integrations.get("prod-github").checks


def test_checks_are_kept_and_shown_without_their_secrets(
    editor: Client, integrations: DynamoDBIntegrations
) -> None:
    replies = [put(editor, **CHECKS), editor.send("GET", PATH)]

    assert stored(integrations) == STORED
    for reply in replies:
        assert reply.data["signature"] == {
            "header": "x-hub-signature-256",
            "algorithm": "sha256",
            "prefix": "sha256=",
            "timestamp_header": None,
            "secret": MASK,
        }
        assert reply.data["basic"] == {"user": "cloud", "password": MASK}
        assert reply.data["header_token"] == {"header": "x-token", "token": MASK}
        assert reply.data["allowed_cidrs"] == ["198.51.100.0/24", "2001:db8::/32"]
        for secret in ("It's a secret", "correct horse", "0123456789abcdef"):
            assert secret not in reply.text


def test_what_is_shown_can_be_put_back(editor: Client, integrations: DynamoDBIntegrations) -> None:
    shown = put(editor, **CHECKS).data

    put(editor, **{name: shown[name] for name in CHECKS})

    assert stored(integrations) == STORED


def test_another_change_leaves_them(editor: Client, integrations: DynamoDBIntegrations) -> None:
    put(editor, **CHECKS)

    patch(editor, paused=True)

    assert stored(integrations) == STORED


def test_one_can_be_changed_without_saying_its_secret_again(
    editor: Client, integrations: DynamoDBIntegrations
) -> None:
    put(editor, signature=SIGNATURE)

    patch(editor, signature={"header": "X-Signature", "algorithm": "sha1"})

    signature = stored(integrations).signature
    assert signature is not None
    assert (signature.header, signature.algorithm) == ("x-signature", "sha1")
    assert signature.secret == SIGNATURE["secret"]


def test_null_takes_one_away(editor: Client, integrations: DynamoDBIntegrations) -> None:
    put(editor, **CHECKS)

    patch(editor, signature=None, basic=None, header_token=None, allowed_cidrs=None)

    assert stored(integrations) == NO_CHECKS


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"signature": {"header": "x-s"}}, "signature.secret"),
        ({"signature": {"header": "x-s", "secret": MASK}}, "signature.secret"),
        ({"signature": {"header": "x-s", "secret": "sh0rt"}}, "signature.secret"),
        ({"signature": {"header": "x-s", "secret": "/tocsin/payments/github"}}, "signature.secret"),
        ({"signature": {**SIGNATURE, "header": "x s"}}, "signature.header"),
        ({"signature": {**SIGNATURE, "header": "x\r\ns"}}, "signature.header"),
        ({"signature": {**SIGNATURE, "algorithm": "md5"}}, "signature.algorithm"),
        ({"signature": {**SIGNATURE, "more": 1}}, "signature.more"),
        ({"basic": {"user": "cloud"}}, "basic.password"),
        ({"basic": {"user": "a:b", "password": "p" * 16}}, "basic.user"),
        ({"basic": {"user": "cloud", "password": "p" * 15}}, "basic.password"),
        ({"header_token": {"header": "x-t", "token": "t" * 15}}, "header_token.token"),
        ({"allowed_cidrs": ["10.0.0.0/33"]}, "allowed_cidrs[0]"),
        ({"allowed_cidrs": ["10.0.0.1/24"]}, "allowed_cidrs[0]"),
        ({"allowed_cidrs": [False]}, "allowed_cidrs[0]"),
        ({"allowed_cidrs": [1]}, "allowed_cidrs[0]"),
        ({"allowed_cidrs": ["10.0.0.0/8"] * 65}, "allowed_cidrs"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(
    editor: Client, integrations: DynamoDBIntegrations, settings: dict[str, Any], field: str
) -> None:
    reply = put(editor, **settings)

    assert reply.status == 422
    assert [it["field"] for it in reply.json["error"]["details"]] == [field]
    assert integrations.list() == ()
    for secret in ("sh0rt", "/tocsin/payments", "p" * 15, "t" * 15):
        assert secret not in reply.text
