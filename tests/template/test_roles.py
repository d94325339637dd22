"""Who may do what: the whole list, so that each new permission is a line to agree on here."""

from typing import Any

import pytest

from tests.template.intrinsics import Template, listed, references, short
from tocsin.adapters.dynamodb import keys
from tocsin.domain.credential import SecretHash

type Permissions = dict[str, set[str]]

LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
ADMIN_KEY = "parameter/tocsin/${AWS::StackName}/admin-key"
CHANNEL_SECRETS = "parameter/tocsin/${AWS::StackName}/channels/*"
LINK_KEY = "parameter/tocsin/${AWS::StackName}/link-key"
PUSH_KEY = "parameter/tocsin/${AWS::StackName}/push-key"
HEARTBEAT_URLS = "parameter/tocsin/${AWS::StackName}/heartbeats/*"
INTEGRATION_URLS = "parameter/tocsin/${AWS::StackName}/integrations/*"
OIDC_SECRET = "parameter/tocsin/${AWS::StackName}/${OidcClientSecret}"
EVERY_SECRET = "parameter/tocsin/${AWS::StackName}/*"
"""Of this stack: those of other teams in the account are theirs."""
READERS_OF_SECRETS = {"ActionsRole", "NotifierRole", "SessionRole", "TeamConfigRole"}
"""Which secrets a team names is not known here, but none of them lies elsewhere."""
SECRETS_KEY_POLICIES = {
    "SecretsKeyWriting": ("kms:Encrypt", {"AlertsApiRole", "FirstKeyRole", "TeamConfigRole"}),
    # A pair of keys that stays is read for its public one.
    "SecretsKeyReading": ("kms:Decrypt", READERS_OF_SECRETS | {"FirstKeyRole"}),
}
TOPICS = "arn:${AWS::Partition}:sns:*:*:*"
NAMED_LATER = {
    CHANNEL_SECRETS,
    EVERY_SECRET,
    HEARTBEAT_URLS,
    INTEGRATION_URLS,
    "identity/*",
    "configuration-set/*",
    f"all but {TOPICS}",
}
"""What the template cannot know: the parameters that objects name or have, the identity in SES
that an address belongs to, and phone numbers, which are no resources to IAM."""


def actions(service: str, names: str) -> set[str]:
    return {f"{service}:{name}" for name in names.split()}


ALLOWED: dict[str, Permissions] = {
    "IngestRole": {
        "IngestLogs": LOGS,
        "Table": actions("dynamodb", "DeleteItem GetItem PutItem Query UpdateItem"),
        "EventFailuresQueue": actions("sqs", "SendMessage"),
    },
    "CompatRole": {
        "CompatLogs": LOGS,
        "Table": actions("dynamodb", "DeleteItem GetItem PutItem Query UpdateItem"),
        "Table/index/by_state": actions("dynamodb", "Query"),
    },
    "AlertsApiRole": {
        "AlertsApiLogs": LOGS,
        "Table": actions(
            "dynamodb",
            "BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem",
        ),
        "Table/index/by_state": actions("dynamodb", "Query"),
        "DeliveriesQueue": actions("sqs", "SendMessage"),
        CHANNEL_SECRETS: actions("ssm", "DeleteParameter PutParameter"),
    },
    "ActionsRole": {
        "ActionsLogs": LOGS,
        "Table": actions("dynamodb", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem"),
        "DeliveriesQueue": actions("sqs", "SendMessage"),
        EVERY_SECRET: actions("ssm", "GetParameter"),
    },
    "CalendarRole": {
        "CalendarLogs": LOGS,
        "Table": actions("dynamodb", "GetItem Query"),
    },
    "ConsoleRole": {"ConsoleLogs": LOGS},
    "SessionRole": {
        "SessionLogs": LOGS,
        "Table": actions("dynamodb", "DeleteItem GetItem PutItem Query UpdateItem"),
        "DeliveriesQueue": actions("sqs", "SendMessage"),
        LINK_KEY: actions("ssm", "GetParameter"),
        OIDC_SECRET: actions("ssm", "GetParameter"),
    },
    "TableChangeRole": {
        "TableChangeLogs": LOGS,
        "Table.StreamArn": actions(
            "dynamodb", "DescribeStream GetRecords GetShardIterator ListStreams"
        ),
        "Table": actions("dynamodb", "BatchWriteItem GetItem PutItem Query UpdateItem"),
        "TimersQueue": actions("sqs", "SendMessage"),
        "DeliveriesQueue": actions("sqs", "SendMessage"),
        "TableChangeFailuresQueue": actions("sqs", "SendMessage"),
    },
    "TickRole": {
        "TickLogs": LOGS,
        "Table": actions("dynamodb", "GetItem PutItem Query UpdateItem"),
        "Table/index/by_state": actions("dynamodb", "Query"),
        "Table/index/due": actions("dynamodb", "Query"),
        "TimersQueue": actions("sqs", "SendMessage"),
        "DeliveriesQueue": actions("sqs", "SendMessage"),
        "TickFailuresQueue": actions("sqs", "SendMessage"),
    },
    "TimerRole": {
        "TimerLogs": LOGS,
        "Table": actions(
            "dynamodb", "BatchGetItem BatchWriteItem GetItem PutItem Query UpdateItem"
        ),
        "Table/index/by_state": actions("dynamodb", "Query"),
        "TimersQueue": actions(
            "sqs", "DeleteMessage GetQueueAttributes ReceiveMessage SendMessage"
        ),
        "DeliveriesQueue": actions("sqs", "SendMessage"),
        "TimersDeadLetterQueue": actions("sqs", "SendMessage"),
    },
    "NotifierRole": {
        "NotifierLogs": LOGS,
        "Table": actions(
            "dynamodb", "BatchGetItem BatchWriteItem GetItem PutItem Query UpdateItem"
        ),
        "DeliveriesQueue": actions(
            "sqs", "DeleteMessage GetQueueAttributes ReceiveMessage SendMessage"
        ),
        "DeliveriesDeadLetterQueue": actions("sqs", "SendMessage"),
        EVERY_SECRET: actions("ssm", "GetParameter"),
        "identity/*": actions("ses", "SendEmail"),
        "configuration-set/*": actions("ses", "SendEmail"),
        "BackstopTopic": actions("sns", "Publish"),
        f"all but {TOPICS}": actions("sns", "Publish"),
    },
    "FirstKeyRole": {
        "FirstKeyLogs": LOGS,
        "Table": actions("dynamodb", "DeleteItem GetItem PutItem Query"),
        ADMIN_KEY: actions("ssm", "DeleteParameter PutParameter"),
        LINK_KEY: actions("ssm", "DeleteParameter PutParameter"),
        PUSH_KEY: actions("ssm", "DeleteParameter GetParameter PutParameter"),
    },
    "TeamConfigRole": {
        "TeamConfigLogs": LOGS,
        "Table": actions("dynamodb", "DeleteItem GetItem PutItem Query"),
        "Table/index/by_state": actions("dynamodb", "Query"),
        EVERY_SECRET: actions("ssm", "GetParameter"),
        CHANNEL_SECRETS: actions("ssm", "PutParameter"),
        HEARTBEAT_URLS: actions("ssm", "PutParameter"),
        INTEGRATION_URLS: actions("ssm", "PutParameter"),
        "DeliveriesQueue": actions("sqs", "SendMessage"),
    },
    # Made by SAM for the schedule.
    "TickFunctionMinuteRole": {
        "TickFunction": actions("lambda", "InvokeFunction"),
        "TickFailuresQueue": actions("sqs", "SendMessage"),
    },
}


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        statement
        for policy in role.get("Policies", [])
        for statement in listed(policy["PolicyDocument"]["Statement"])
    ]


def permissions(role: dict[str, Any], effect: str = "Allow") -> Permissions:
    found: Permissions = {}
    for statement in statements(role):
        if statement["Effect"] == effect:
            for resource in covered(statement):
                found.setdefault(resource, set()).update(listed(statement["Action"]))
    return found


def covered(statement: dict[str, Any]) -> list[str]:
    if "NotResource" in statement:
        return [f"all but {short(each)}" for each in listed(statement["NotResource"])]
    return [short(each) for each in listed(statement["Resource"])]


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_may_do_what_is_listed_and_nothing_else(deployed: Template, role: str) -> None:
    assert permissions(deployed.of_type("AWS::IAM::Role")[role]) == ALLOWED[role]


def test_every_role_is_listed(deployed: Template) -> None:
    assert deployed.of_type("AWS::IAM::Role").keys() == ALLOWED.keys()


def test_no_role_borrows_a_policy_of_amazon(deployed: Template) -> None:
    borrowing = {
        name
        for name, role in deployed.of_type("AWS::IAM::Role").items()
        if "ManagedPolicyArns" in role
    }

    assert not borrowing


@pytest.mark.parametrize("role", ALLOWED)
def test_no_permission_has_a_wildcard(deployed: Template, role: str) -> None:
    granted = permissions(deployed.of_type("AWS::IAM::Role")[role])
    known = granted.keys() - NAMED_LATER

    assert not [name for name in [*known, *set().union(*granted.values())] if "*" in name]


def test_only_tracing_reaches_every_resource_and_only_when_asked_for(deployed: Template) -> None:
    policies = deployed.of_type("AWS::IAM::ManagedPolicy")
    (statement,) = policies["TracingPolicy"]["PolicyDocument"]["Statement"]

    assert policies.keys() == {"TracingPolicy", *SECRETS_KEY_POLICIES}
    assert deployed.resources["TracingPolicy"]["Condition"] == "IsTraced"
    assert statement["Action"] == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]


@pytest.mark.parametrize("name", SECRETS_KEY_POLICIES)
def test_a_key_of_ones_own_serves_those_who_write_or_read_secrets_and_nobody_else(
    deployed: Template, name: str
) -> None:
    policy = deployed.of_type("AWS::IAM::ManagedPolicy")[name]
    (statement,) = policy["PolicyDocument"]["Statement"]
    action, roles = SECRETS_KEY_POLICIES[name]
    (context,) = statement["Condition"]["StringLike"].items()

    assert deployed.resources[name]["Condition"] == "HasSecretsKey"
    assert set(map(short, policy["Roles"])) == roles
    assert statement["Action"] == action
    assert short(statement["Resource"]) == "key/${SecretsKeyId}"
    assert context[0] == "kms:EncryptionContext:PARAMETER_ARN"
    assert short(context[1]) == EVERY_SECRET


@pytest.mark.parametrize("name", SECRETS_KEY_POLICIES)
def test_roles_that_use_the_key_are_those_that_use_the_parameters(
    deployed: Template, name: str
) -> None:
    action, roles = SECRETS_KEY_POLICIES[name]
    of_parameters = {"kms:Encrypt": "ssm:PutParameter", "kms:Decrypt": "ssm:GetParameter"}[action]

    assert roles == {
        role
        for role, properties in deployed.of_type("AWS::IAM::Role").items()
        if of_parameters in set().union(*permissions(properties).values())
    }


def test_no_policy_stands_apart_from_its_role(deployed: Template) -> None:
    kinds = {resource["Type"] for resource in deployed.resources.values()}

    assert not kinds & {"AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy"}


def test_each_function_has_a_role_of_its_own(deployed: Template) -> None:
    roles = {
        name: short(function["Role"])
        for name, function in deployed.of_type("AWS::Lambda::Function").items()
    }

    assert roles == {name: name.replace("Function", "Role") for name in roles}


def test_a_role_is_for_its_service_only(deployed: Template) -> None:
    trusted = {
        name: [
            service
            for statement in role["AssumeRolePolicyDocument"]["Statement"]
            for service in listed(statement["Principal"]["Service"])
        ]
        for name, role in deployed.of_type("AWS::IAM::Role").items()
    }
    schedule = trusted.pop("TickFunctionMinuteRole")

    assert schedule == ["scheduler.amazonaws.com"]
    assert set(map(tuple, trusted.values())) == {("lambda.amazonaws.com",)}


@pytest.mark.parametrize(
    ("role", "action", "partitions"),
    [
        pytest.param("IngestRole", "DeleteItem", ["I#*"], id="intake deletes no alert"),
        pytest.param("IngestRole", "Query", ["C#*", "I#*"], id="intake lists no alert"),
        pytest.param(
            "CompatRole",
            "UpdateItem",
            ["A#*", "C#heartbeat"],
            id="other products' clients change alerts and heartbeats only",
        ),
        pytest.param(
            "TimerRole",
            "Query",
            ["C#*", "COUNT", "L#*", "N#*", "STORM"],
            id="due actions read no credential",
        ),
        pytest.param("TickRole", "Query", ["C#*", "COUNT", "L#*"], id="the sweep reads no key"),
        pytest.param(
            "NotifierRole",
            "GetItem",
            ["A#*", "B#*", "C#settings", "COUNT", "G#*", "L#*", "LAST-RESORT"],
            id="the notifier reads no credential",
        ),
        pytest.param(
            "NotifierRole",
            "PutItem",
            ["B#*", "L#*", "LAST-RESORT", "S#*"],
            id="the notifier makes no credential",
        ),
        pytest.param(
            "NotifierRole",
            "Query",
            ["A#*", "B#*", "C#*", "L#*"],
            id="the notifier reads timelines and lists no credential",
        ),
        pytest.param(
            "NotifierRole", "UpdateItem", ["G#*", "L#*"], id="the notifier changes no alert"
        ),
        pytest.param(
            "FirstKeyRole",
            "PutItem",
            ["C#escalation-policy", "C#key", "C#user", "K#*", "Y#*"],
            id="the maker of the first key writes no alert",
        ),
        pytest.param(
            "TableChangeRole",
            "BatchWriteItem",
            ["A#*", "B#*", "Y#*"],
            id="the stream adds entries, messages of digests and what people did, and nothing else",
        ),
        pytest.param(
            "ActionsRole",
            "PutItem",
            ["C#hold", "C#override", "C#swap", "I#*", "Y#*"],
            id="acting by a link makes no alert",
        ),
        pytest.param(
            "CalendarRole", "GetItem", ["C#feed", "K#*"], id="a calendar is found by its token"
        ),
        pytest.param(
            "CalendarRole",
            "Query",
            ["C#override", "C#schedule", "C#user"],
            id="a calendar reads who is on call only",
        ),
        pytest.param(
            "ActionsRole",
            "Query",
            ["A#*", "B#*", "C#channel", "C#override", "C#schedule", "C#user"],
            id="acting by a link lists no credential",
        ),
        pytest.param(
            "ActionsRole", "BatchGetItem", ["A#*"], id="acting by a link reads many alerts only"
        ),
        pytest.param(
            "ActionsRole",
            "GetItem",
            [
                *("A#*", "B#*", "C#channel", "C#hold", "C#settings", "C#swap", "C#user"),
                *("I#*", "S#*"),
            ],
            id="acting by a link reads no credential",
        ),
        pytest.param(
            "ActionsRole",
            "UpdateItem",
            ["A#*", "C#user", "I#*"],
            id="acting by a link changes no configuration but a user's",
        ),
    ],
)
def test_a_permission_is_for_some_partitions_only(
    deployed: Template, role: str, action: str, partitions: list[str]
) -> None:
    (statement,) = [
        statement
        for statement in statements(deployed.of_type("AWS::IAM::Role")[role])
        if f"dynamodb:{action}" in listed(statement["Action"])
        and "Condition" in statement
        and "ForAllValues:StringEquals" not in statement["Condition"]
        and statement["Effect"] == "Allow"
    ]

    assert statement["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": partitions}
    }


def test_of_people_the_notifier_changes_their_devices_and_nothing_else(deployed: Template) -> None:
    conditions = {
        name: [
            statement["Condition"]
            for statement in statements(role)
            if "ForAllValues:StringEquals" in statement.get("Condition", {})
        ]
        for name, role in deployed.of_type("AWS::IAM::Role").items()
    }

    assert {name: it for name, it in conditions.items() if it} == {
        "NotifierRole": [
            {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["C#user"]},
                "ForAllValues:StringEquals": {
                    "dynamodb:Attributes": ["pk", "sk", keys.PUSH_DEVICES]
                },
                "StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"},
            }
        ]
    }


@pytest.mark.parametrize(
    "role", ["IngestRole", "CompatRole", "TableChangeRole", "TickRole", "TimerRole"]
)
@pytest.mark.parametrize("action", ["DeleteItem", "PutItem", "UpdateItem"])
def test_a_role_that_reads_what_strangers_send_makes_no_credentials(
    deployed: Template, role: str, action: str
) -> None:
    (statement,) = [
        statement
        for statement in statements(deployed.of_type("AWS::IAM::Role")[role])
        if statement["Effect"] == "Deny" and f"dynamodb:{action}" in listed(statement["Action"])
    ]
    notes_use = (role, action) == ("IngestRole", "UpdateItem")

    assert short(statement["Resource"]) == "Table"
    assert statement["Condition"] == {
        "ForAnyValue:StringLike": {
            "dynamodb:LeadingKeys": ["K#*"] if notes_use else ["K#*", "C#key"]
        }
    }


def test_partitions_are_named_as_the_code_names_them() -> None:
    written_by_key_maker = [
        keys.configuration_partition("key"),
        keys.credential_key(SecretHash("0" * 64))["pk"]["S"],
    ]

    assert {partition[:2] for partition in written_by_key_maker} == {"C#", "K#"}
    assert keys.answer_key("name")["pk"]["S"].startswith("I#")
    assert keys.short_link_key("name")["pk"]["S"].startswith("S#")


@pytest.mark.parametrize("role", ALLOWED)
def test_nobody_in_the_stack_can_read_the_admin_key(deployed: Template, role: str) -> None:
    forbidden = permissions(deployed.of_type("AWS::IAM::Role")[role], effect="Deny")
    forbidden.pop("Table", None)
    reads = role in READERS_OF_SECRETS

    assert forbidden == ({ADMIN_KEY: {"ssm:GetParameter"}} if reads else {})


def test_mail_comes_from_the_address_of_the_stack_only(deployed: Template) -> None:
    (statement,) = [
        statement
        for statement in statements(deployed.of_type("AWS::IAM::Role")["NotifierRole"])
        if statement["Action"] == "ses:SendEmail"
    ]

    assert statement["Condition"] == {
        "StringEqualsIfExists": {"ses:FromAddress": {"Ref": "EmailFrom"}}
    }


def test_functions_are_called_by_this_api_only_and_the_rule_that_is_asked_for(
    deployed: Template,
) -> None:
    callers = deployed.of_type("AWS::Lambda::Permission")
    rule = callers.pop("AlarmEventsPermission")

    assert callers
    assert rule["Principal"] == "events.amazonaws.com"
    for permission in callers.values():
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert "HttpApi" in set(references(permission["SourceArn"]))
