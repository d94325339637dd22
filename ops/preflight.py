"""`make preflight`: what an account lacks for a stack, before it is deployed. Reads and no more."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from ops.samconfig import OperationError, parameters_of, settings_of
from ops.stack import Client, session_of

LEAST_UNRESERVED = 100
"""What Lambda leaves to functions that reserve nothing; an account with fewer reserves nothing."""
DELIVERY_POLICY = "AWSLogDeliveryWrite20150319"
"""What AWS writes by itself so that a service may deliver logs."""
DELIVERED_BY_WILDCARD = "/aws/vendedlogs/"
POLICIES_LIMIT = 10
POLICY_CHARACTERS = 5_120
STATEMENT_CHARACTERS = 300
FIRST_SPEND_LIMIT_USD = 1.0
NEEDS_NUMBER_OF_OWN = "+1"
"""The country code of the United States and Canada, among others."""
NOT_FOUND = {"NotFoundException", "NotFound"}


class Level(StrEnum):
    FAILS = "will not work"
    LIMITED = "has a limit"
    UNKNOWN = "could not be read"


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The stack that is to be deployed."""

    name: str
    region: str
    parameters: Mapping[str, str]
    """Those that samconfig.toml and the command set; the template has the others' defaults."""
    client: Callable[[str], Client]

    def parameter(self, name: str) -> str:
        return self.parameters.get(name, "")

    def is_there(self) -> bool:
        """Whether it was deployed before."""
        try:
            self.client("cloudformation").describe_stacks(StackName=self.name)
        except ClientError as error:
            if _code(error) == "ValidationError":
                return False
            raise
        return True


type Check = Callable[[Wanted], Iterator[Finding]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", default="default", help="section of samconfig.toml")
    parser.add_argument("--parameters", default="", help="Name=value, as for `make deploy`")
    arguments = parser.parse_args()
    try:
        return report(_wanted(arguments.env, arguments.parameters))
    except (OperationError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 1


def _wanted(environment: str, given: str) -> Wanted:
    settings = settings_of(environment)
    session = session_of(settings)
    if session.region_name is None:
        raise OperationError("No region is set: AWS_DEFAULT_REGION, or `region` in samconfig.toml.")
    return Wanted(
        name=str(settings["stack_name"]),
        region=session.region_name,
        parameters=parameters_of(settings, given),
        client=session.client,  # type: ignore[arg-type] # any service
    )


def report(wanted: Wanted) -> int:
    """Print what was found; 1 if something will not work."""
    found = list(findings(wanted))
    print(f"The stack {wanted.name} in {wanted.region}:")
    for finding in found:
        print(f"  {finding.level}: {finding.text}")
    if not found:
        print("  Nothing stands in its way.")
    return int(any(finding.level is Level.FAILS for finding in found))


def findings(wanted: Wanted) -> Iterator[Finding]:
    for check in CHECKS:
        try:
            yield from check(wanted)
        except ClientError as error:
            yield Finding(Level.UNKNOWN, f"{error.operation_name} was refused ({_code(error)})")


def concurrency(wanted: Wanted) -> Iterator[Finding]:
    limit = wanted.client("lambda").get_account_settings()["AccountLimit"]
    of_account, unreserved = (
        limit["ConcurrentExecutions"],
        limit["UnreservedConcurrentExecutions"],
    )
    reserved = {
        name: int(value)
        for name, value in wanted.parameters.items()
        if name.endswith("Concurrency") and name != "NotifierMaximumConcurrency"
    }
    # What a stack that is there has reserved before is no longer among the unreserved.
    room = (of_account if wanted.is_there() else unreserved) - min(LEAST_UNRESERVED, of_account)
    if (asked := sum(reserved.values())) > room:
        yield Finding(
            Level.FAILS,
            f"{', '.join(reserved)} reserve {asked} instances, and Lambda lets you reserve {room} "
            f"of the account's {of_account}: leave them out, or ask for a higher quota",
        )
    if of_account < LEAST_UNRESERVED:
        yield Finding(
            Level.LIMITED,
            f"the account runs {of_account} functions at once, all stacks together: ask for a "
            "higher quota (Lambda, concurrent executions) before a storm does",
        )


def access_log(wanted: Wanted) -> Iterator[Finding]:
    policies = [
        policy
        for page in wanted.client("logs").get_paginator("describe_resource_policies").paginate()
        for policy in page["resourcePolicies"]
    ]
    delivery = next((it for it in policies if it["policyName"] == DELIVERY_POLICY), None)
    document = delivery["policyDocument"] if delivery else ""
    if DELIVERED_BY_WILDCARD in document:
        return
    if delivery is None and len(policies) >= POLICIES_LIMIT:
        yield Finding(
            Level.FAILS,
            f"the access log: the region has all {POLICIES_LIMIT} resource policies of CloudWatch "
            f"Logs, and none is {DELIVERY_POLICY}",
        )
    if len(document) + STATEMENT_CHARACTERS > POLICY_CHARACTERS:
        yield Finding(
            Level.FAILS,
            f"the access log: {DELIVERY_POLICY} of CloudWatch Logs has {len(document)} of "
            f"{POLICY_CHARACTERS} characters: replace its log groups by "
            f"log-group:{DELIVERED_BY_WILDCARD}*",
        )


def dashboard(wanted: Wanted) -> Iterator[Finding]:
    if wanted.parameter("Dashboard") == "off":
        return
    name = f"{wanted.name}-{wanted.region}"
    pages = wanted.client("cloudwatch").get_paginator("list_dashboards")
    entries = [
        it for page in pages.paginate(DashboardNamePrefix=name) for it in page["DashboardEntries"]
    ]
    if any(entry["DashboardName"] == name for entry in entries) and not wanted.is_there():
        yield Finding(Level.FAILS, f"the dashboard: another one is named {name}")


def alarm_topic(wanted: Wanted) -> Iterator[Finding]:
    topic = wanted.parameter("AlarmTopicArn")
    if not topic:
        return
    if topic.split(":")[3] != wanted.region:
        yield Finding(
            Level.FAILS, f"AlarmTopicArn: CloudWatch tells topics of {wanted.region} only"
        )
        return
    try:
        wanted.client("sns").get_topic_attributes(TopicArn=topic)
    except ClientError as error:
        if _code(error) not in NOT_FOUND:
            raise
        yield Finding(Level.FAILS, "AlarmTopicArn: there is no such topic")


def secrets_key(wanted: Wanted) -> Iterator[Finding]:
    key_id = wanted.parameter("SecretsKeyId")
    if not key_id:
        return
    try:
        key = wanted.client("kms").describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as error:
        if _code(error) not in NOT_FOUND:
            raise
        yield Finding(Level.FAILS, f"SecretsKeyId: {wanted.region} has no such key")
        return
    if key["KeyState"] != "Enabled":
        yield Finding(Level.FAILS, f"SecretsKeyId: the key is {key['KeyState']}")
    if key["KeySpec"] != "SYMMETRIC_DEFAULT":
        yield Finding(Level.FAILS, "SecretsKeyId: Parameter Store takes symmetric keys only")


def mail(wanted: Wanted) -> Iterator[Finding]:
    address = wanted.parameter("EmailFrom")
    if not address:
        if owner := wanted.parameter("OwnerEmail"):
            yield Finding(
                Level.LIMITED,
                f"OwnerEmail: without EmailFrom no page goes to {owner}; the backstop topic tells "
                "the owner of alerts that reach nobody, once AWS's e-mail is confirmed",
            )
        return
    ses = wanted.client("sesv2")
    if not any(_may_send(ses, identity) for identity in _identities(address)):
        yield Finding(Level.FAILS, f"e-mail: neither {address} nor its domain is verified in SES")
    account = ses.get_account()
    if not account["SendingEnabled"]:
        yield Finding(Level.FAILS, "e-mail: SES has stopped the account from sending")
    if not account["ProductionAccessEnabled"]:
        yield Finding(
            Level.LIMITED,
            "e-mail: SES is in its sandbox, and sends to verified addresses only, "
            f"{account['SendQuota']['Max24HourSend']:.0f} a day",
        )


def sms(wanted: Wanted) -> Iterator[Finding]:
    sns = wanted.client("sns")
    phones = {
        name: phone for name in ("BackstopPhone", "OwnerPhone") if (phone := wanted.parameter(name))
    }
    if sns.get_sms_sandbox_account_status()["IsInSandbox"]:
        yield Finding(
            Level.LIMITED, "SMS: SNS is in its sandbox, and sends to verified numbers only"
        )
        verified = _verified_numbers(sns) if phones else set()
        for name, phone in phones.items():
            if phone not in verified:
                yield Finding(Level.FAILS, f"{name}: {phone} is not verified in the sandbox")
    attributes = sns.get_sms_attributes(attributes=["MonthlySpendLimit"])["attributes"]
    limit = float(attributes.get("MonthlySpendLimit", FIRST_SPEND_LIMIT_USD))
    if limit <= FIRST_SPEND_LIMIT_USD:
        yield Finding(Level.LIMITED, f"SMS: the account spends {limit:.0f} USD a month at most")
    pages = sns.get_paginator("list_origination_numbers").paginate()
    if not any("SMS" in it["NumberCapabilities"] for page in pages for it in page["PhoneNumbers"]):
        yield Finding(
            Level.LIMITED,
            "SMS: without a number of your own (origination identity) none arrives in the United "
            "States, Canada and some others, although SNS says that it was sent",
        )
        for name, phone in phones.items():
            if phone.startswith(NEEDS_NUMBER_OF_OWN):
                yield Finding(Level.FAILS, f"{name}: nothing arrives at {phone} without one")


CHECKS: tuple[Check, ...] = (
    concurrency,
    access_log,
    dashboard,
    alarm_topic,
    secrets_key,
    mail,
    sms,
)


def _identities(address: str) -> Iterator[str]:
    """The address, its domain, and the domains above, which vouch for it too."""
    yield address
    domain = address.rpartition("@")[2]
    while "." in domain:
        yield domain
        domain = domain.partition(".")[2]


def _may_send(ses: Client, identity: str) -> bool:
    try:
        return bool(ses.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"])
    except ClientError as error:
        if _code(error) in NOT_FOUND:
            return False
        raise


def _verified_numbers(sns: Client) -> set[str]:
    pages = sns.get_paginator("list_sms_sandbox_phone_numbers").paginate()
    return {
        number["PhoneNumber"]
        for page in pages
        for number in page["PhoneNumbers"]
        if number["Status"] == "Verified"
    }


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


if __name__ == "__main__":
    sys.exit(main())
