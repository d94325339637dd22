"""What an account lacks is said before a stack is deployed into it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from ops.preflight import (
    Check,
    Finding,
    Level,
    Wanted,
    access_log,
    alarm_topic,
    concurrency,
    dashboard,
    findings,
    mail,
    report,
    secrets_key,
    sms,
)
from ops.stack import Client

REGION = "eu-central-1"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:ops"
KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
DELIVERY = "AWSLogDeliveryWrite20150319"
READING = ("Describe", "Get", "List")


@dataclass
class Account:
    """AWS, which answers what it is told to, in this order, and takes nothing else."""

    stubs: dict[str, Stubber] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def client(self, service: str) -> Client:
        return self.stub(service).client

    def stub(self, service: str) -> Stubber:
        if service not in self.stubs:
            client: Any = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]
            client.meta.events.register("provide-client-params", self._note)
            self.stubs[service] = Stubber(client)
            self.stubs[service].activate()
        return self.stubs[service]

    def answers(self, service: str, method: str, answer: dict[str, Any], **sent: object) -> None:
        self.stub(service).add_response(method, answer, sent or None)

    def refuses(self, service: str, method: str, code: str) -> None:
        self.stub(service).add_client_error(method, code)

    def has_stack(self, *, is_there: bool) -> None:
        if is_there:
            stack = {"StackName": "tocsin", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE"}
            self.answers("cloudformation", "describe_stacks", {"Stacks": [stack]})
        else:
            self.refuses("cloudformation", "describe_stacks", "ValidationError")

    def _note(self, model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        self.asked.append(model.name)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    account = Account()
    yield account
    for stub in account.stubs.values():
        stub.assert_no_pending_responses()
    assert bool(account.asked) == bool(account.stubs)
    assert not [name for name in account.asked if not name.startswith(READING)]


type Found = Callable[..., list[Finding]]


@pytest.fixture
def found(account: Account) -> Found:
    def of(check: Check, **parameters: str) -> list[Finding]:
        return list(check(wanted(account, parameters)))

    return of


def wanted(account: Account, parameters: dict[str, str]) -> Wanted:
    return Wanted(name="tocsin", region=REGION, parameters=parameters, client=account.client)


def has_instances(account: Account, of_account: int, unreserved: int) -> None:
    limit = {"ConcurrentExecutions": of_account, "UnreservedConcurrentExecutions": unreserved}
    account.answers("lambda", "get_account_settings", {"AccountLimit": limit})


@pytest.mark.parametrize(
    ("of_account", "unreserved", "is_there", "asked", "levels"),
    [
        pytest.param(1000, 1000, False, "0", [], id="nothing is asked for"),
        pytest.param(1000, 1000, False, "900", [], id="all that there is"),
        pytest.param(1000, 1000, False, "901", [Level.FAILS], id="one too many"),
        pytest.param(1000, 150, False, "51", [Level.FAILS], id="others have reserved the rest"),
        pytest.param(1000, 150, True, "850", [], id="this stack has reserved it"),
        pytest.param(10, 10, False, "0", [Level.LIMITED], id="a new account"),
        pytest.param(10, 10, False, "1", [Level.FAILS, Level.LIMITED], id="new, and asked"),
    ],
)
def test_reserved_instances_have_to_be_there(  # noqa: PLR0913, PLR0917 - a table
    account: Account,
    found: Found,
    of_account: int,
    unreserved: int,
    is_there: bool,  # noqa: FBT001
    asked: str,
    levels: list[Level],
) -> None:
    has_instances(account, of_account, unreserved)
    account.has_stack(is_there=is_there)

    said = found(concurrency, IngestConcurrency=asked, NotifierMaximumConcurrency="1000")

    assert [finding.level for finding in said] == levels


@pytest.mark.parametrize(
    ("policies", "fails"),
    [
        pytest.param([], False, id="none yet"),
        pytest.param([(DELIVERY, 4_000)], False, id="room"),
        pytest.param([(DELIVERY, 4_900)], True, id="full"),
        pytest.param([("other", 5_120)] * 9, False, id="room for one more policy"),
        pytest.param([("other", 10)] * 10, True, id="ten of others"),
        pytest.param([(DELIVERY, 10), *[("other", 10)] * 9], False, id="ten with AWS's own"),
    ],
)
def test_the_policy_for_log_delivery_needs_room(
    account: Account,
    found: Found,
    policies: list[tuple[str, int]],
    fails: bool,  # noqa: FBT001
) -> None:
    shown = [{"policyName": name, "policyDocument": "x" * size} for name, size in policies]
    account.answers("logs", "describe_resource_policies", {"resourcePolicies": shown})

    assert [it.level for it in found(access_log)] == ([Level.FAILS] if fails else [])


def test_a_full_policy_with_the_wildcard_takes_our_log_too(account: Account, found: Found) -> None:
    document = "log-group:/aws/vendedlogs/*:log-stream:*".ljust(5_120, "x")
    policy = {"policyName": DELIVERY, "policyDocument": document}
    account.answers("logs", "describe_resource_policies", {"resourcePolicies": [policy]})

    assert found(access_log) == []


@pytest.mark.parametrize(
    ("names", "is_there", "fails"),
    [
        (["tocsin-eu-central-1"], False, True),
        (["tocsin-eu-central-1"], True, False),
        (["tocsin-eu-central-1-old"], None, False),
        ([], None, False),
    ],
)
def test_a_dashboard_of_the_stacks_name_stands_in_its_way(
    account: Account,
    found: Found,
    names: list[str],
    is_there: bool | None,  # noqa: FBT001
    fails: bool,  # noqa: FBT001
) -> None:
    entries = [{"DashboardName": name} for name in names]
    account.answers(
        "cloudwatch",
        "list_dashboards",
        {"DashboardEntries": entries},
        DashboardNamePrefix="tocsin-eu-central-1",
    )
    if is_there is not None:
        account.has_stack(is_there=is_there)

    assert [it.level for it in found(dashboard)] == ([Level.FAILS] if fails else [])


def test_without_a_dashboard_none_is_looked_for(found: Found) -> None:
    assert found(dashboard, Dashboard="off") == []


def test_a_topic_of_another_region_cannot_be_told(found: Found) -> None:
    (finding,) = found(alarm_topic, AlarmTopicArn=TOPIC.replace(REGION, "us-east-1"))

    assert finding == Finding(
        Level.FAILS, "AlarmTopicArn: CloudWatch tells topics of eu-central-1 only"
    )


def test_a_topic_that_is_not_there_is_named(account: Account, found: Found) -> None:
    account.refuses("sns", "get_topic_attributes", "NotFound")

    assert found(alarm_topic, AlarmTopicArn=TOPIC) == [
        Finding(Level.FAILS, "AlarmTopicArn: there is no such topic")
    ]


def test_a_topic_that_is_there_is_fine(account: Account, found: Found) -> None:
    account.answers("sns", "get_topic_attributes", {"Attributes": {}}, TopicArn=TOPIC)

    assert found(alarm_topic, AlarmTopicArn=TOPIC) == []


@pytest.mark.parametrize(
    ("state", "spec", "said"),
    [
        ("Enabled", "SYMMETRIC_DEFAULT", []),
        ("PendingDeletion", "SYMMETRIC_DEFAULT", ["SecretsKeyId: the key is PendingDeletion"]),
        ("Enabled", "RSA_2048", ["SecretsKeyId: Parameter Store takes symmetric keys only"]),
    ],
)
def test_a_key_has_to_be_one_that_parameter_store_takes(
    account: Account, found: Found, state: str, spec: str, said: list[str]
) -> None:
    key = {"KeyId": KEY_ID, "KeyState": state, "KeySpec": spec}
    account.answers("kms", "describe_key", {"KeyMetadata": key}, KeyId=KEY_ID)

    assert [it.text for it in found(secrets_key, SecretsKeyId=KEY_ID)] == said


def test_a_key_that_is_not_there_is_named(account: Account, found: Found) -> None:
    account.refuses("kms", "describe_key", "NotFoundException")

    assert [it.level for it in found(secrets_key, SecretsKeyId=KEY_ID)] == [Level.FAILS]


def ses_is(account: Account, *, production: bool = True, enabled: bool = True) -> None:
    quota = {"Max24HourSend": 200.0}
    answer = {
        "ProductionAccessEnabled": production,
        "SendingEnabled": enabled,
        "SendQuota": quota,
    }
    account.answers("sesv2", "get_account", answer)


@pytest.mark.parametrize("verified", ["ops@a.example.com", "a.example.com", "example.com"])
def test_an_address_a_domain_or_one_above_vouches_for_the_sender(
    account: Account, found: Found, verified: str
) -> None:
    for identity in ("ops@a.example.com", "a.example.com", "example.com"):
        if identity == verified:
            shown = {"VerifiedForSendingStatus": True}
            account.answers("sesv2", "get_email_identity", shown, EmailIdentity=identity)
            break
        account.refuses("sesv2", "get_email_identity", "NotFoundException")
    ses_is(account)

    assert found(mail, EmailFrom="ops@a.example.com") == []


def test_a_sender_that_nobody_verified_sends_nothing(account: Account, found: Found) -> None:
    account.answers("sesv2", "get_email_identity", {"VerifiedForSendingStatus": False})
    account.refuses("sesv2", "get_email_identity", "NotFoundException")
    ses_is(account)

    assert [it.level for it in found(mail, EmailFrom="ops@example.com")] == [Level.FAILS]


@pytest.mark.parametrize(
    ("production", "enabled", "levels"),
    [(False, True, [Level.LIMITED]), (True, False, [Level.FAILS])],
)
def test_ses_has_to_let_the_account_send(
    account: Account,
    found: Found,
    production: bool,  # noqa: FBT001
    enabled: bool,  # noqa: FBT001
    levels: list[Level],
) -> None:
    account.answers("sesv2", "get_email_identity", {"VerifiedForSendingStatus": True})
    ses_is(account, production=production, enabled=enabled)

    assert [it.level for it in found(mail, EmailFrom="ops@example.com")] == levels


def test_without_e_mail_ses_is_not_asked(found: Found) -> None:
    assert found(mail) == []


def test_an_owner_without_a_sender_is_told_by_the_backstop_topic(found: Found) -> None:
    (finding,) = found(mail, OwnerEmail="alice@example.com")

    assert finding == Finding(
        Level.LIMITED,
        "OwnerEmail: without EmailFrom no page goes to alice@example.com; the backstop topic tells "
        "the owner of alerts that reach nobody, once AWS's e-mail is confirmed",
    )


def sns_is(
    account: Account,
    *,
    sandbox: bool = False,
    verified: str | None = None,
    spend: str | None = "100",
    numbers: tuple[str, ...] = ("SMS",),
) -> None:
    account.answers("sns", "get_sms_sandbox_account_status", {"IsInSandbox": sandbox})
    if verified is not None:
        listed = [
            {"PhoneNumber": verified, "Status": "Verified"},
            {"PhoneNumber": "+15550199", "Status": "Pending"},
        ]
        account.answers("sns", "list_sms_sandbox_phone_numbers", {"PhoneNumbers": listed})
    shown = {} if spend is None else {"MonthlySpendLimit": spend}
    account.answers("sns", "get_sms_attributes", {"attributes": shown}, attributes=ANY)
    own = [{"PhoneNumber": "+15550100", "NumberCapabilities": list(numbers)}] if numbers else []
    account.answers("sns", "list_origination_numbers", {"PhoneNumbers": own})


def test_an_account_that_is_ready_for_sms_has_nothing_to_say(
    account: Account, found: Found
) -> None:
    sns_is(account)

    assert found(sms, BackstopPhone="+15550123") == []


@pytest.mark.parametrize("spend", [None, "1"])
def test_the_first_dollar_of_sms_is_named(
    account: Account, found: Found, spend: str | None
) -> None:
    sns_is(account, spend=spend)

    (finding,) = found(sms)

    assert finding == Finding(Level.LIMITED, "SMS: the account spends 1 USD a month at most")


@pytest.mark.parametrize(
    ("phone", "levels"),
    [
        ("+15550123", [Level.LIMITED]),
        ("+15550199", [Level.LIMITED, Level.FAILS]),
        ("+491701234567", [Level.LIMITED, Level.FAILS]),
    ],
)
@pytest.mark.parametrize("name", ["BackstopPhone", "OwnerPhone"])
def test_a_phone_in_the_sandbox_has_to_be_verified(
    account: Account, found: Found, name: str, phone: str, levels: list[Level]
) -> None:
    sns_is(account, sandbox=True, verified="+15550123")

    assert [it.level for it in found(sms, **{name: phone})] == levels


def test_each_phone_of_the_stack_is_named(account: Account, found: Found) -> None:
    sns_is(account, sandbox=True, verified="+15550123")

    said = found(sms, BackstopPhone="+15550199", OwnerPhone="+491701234567")

    assert [it.text for it in said if it.level is Level.FAILS] == [
        "BackstopPhone: +15550199 is not verified in the sandbox",
        "OwnerPhone: +491701234567 is not verified in the sandbox",
    ]


@pytest.mark.parametrize("numbers", [(), ("VOICE",)])
@pytest.mark.parametrize(
    ("phone", "levels"),
    [
        ("", [Level.LIMITED]),
        ("+491701234567", [Level.LIMITED]),
        ("+15550123", [Level.LIMITED, Level.FAILS]),
    ],
)
@pytest.mark.parametrize("name", ["BackstopPhone", "OwnerPhone"])
def test_a_phone_of_the_united_states_needs_a_number_that_sends(
    account: Account,
    found: Found,
    numbers: tuple[str, ...],
    name: str,
    phone: str,
    levels: list[Level],
) -> None:
    sns_is(account, numbers=numbers)

    assert [it.level for it in found(sms, **{name: phone})] == levels


def everything_else_is_fine(account: Account) -> None:
    account.answers("logs", "describe_resource_policies", {"resourcePolicies": []})
    account.answers("cloudwatch", "list_dashboards", {"DashboardEntries": []})
    sns_is(account)


def test_what_may_not_be_read_is_said_and_the_rest_is_read(account: Account) -> None:
    account.refuses("lambda", "get_account_settings", "AccessDeniedException")
    everything_else_is_fine(account)

    assert list(findings(wanted(account, {}))) == [
        Finding(Level.UNKNOWN, "GetAccountSettings was refused (AccessDeniedException)")
    ]


@pytest.mark.parametrize(
    ("reserved", "code", "said"),
    [("0", 0, "Nothing stands in its way."), ("950", 1, "will not work: IngestConcurrency")],
)
def test_what_will_not_work_is_told_to_the_shell(
    account: Account, capsys: pytest.CaptureFixture[str], reserved: str, code: int, said: str
) -> None:
    has_instances(account, 1000, 1000)
    account.has_stack(is_there=False)
    everything_else_is_fine(account)

    assert report(wanted(account, {"IngestConcurrency": reserved})) == code
    assert said in capsys.readouterr().out
