"""The functions: how they are built, sized, told about their surroundings and published."""

from pathlib import Path
from typing import Any

import pytest

from tests.template.intrinsics import Template, listed, references, short
from tocsin.lambda_runtime.settings import ALWAYS_REQUIRED, REQUIRED

ROOT = Path(__file__).parents[2]

HANDLERS = {
    "IngestFunction": "functions.ingest.app.handler",
    "CompatFunction": "functions.ingest.app.compat_handler",
    "AlertsApiFunction": "functions.alerts_api.app.handler",
    "ActionsFunction": "functions.actions.app.handler",
    "CalendarFunction": "functions.calendar.app.handler",
    "ConsoleFunction": "functions.console.app.handler",
    "SessionFunction": "functions.session.app.handler",
    "TableChangeFunction": "functions.escalator.app.on_table_change",
    "TickFunction": "functions.escalator.app.on_tick",
    "TimerFunction": "functions.escalator.app.on_timer",
    "NotifierFunction": "functions.notifier.app.on_delivery",
    "FirstKeyFunction": "functions.first_key.app.handler",
    "TeamConfigFunction": "functions.team_config.app.handler",
}
EVERY_FUNCTION_KNOWS = {
    "TABLE_NAME",
    "RETENTION_DAYS",
    "PUBLIC_URL",
    "TEAM",
    "STAGE",
    "TIME_ZONE",
    "LOG_LEVEL",
    "POWERTOOLS_LOG_LEVEL",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_SERVICE_NAME",
}
TOLD_BESIDES = {
    "ActionsFunction": {"DELIVERIES_QUEUE_URL", "LINK_KEY_PARAMETER"},
    "AlertsApiFunction": {
        "ALLOW_PRIVATE_WEBHOOKS",
        "CHANNEL_SECRETS_PREFIX",
        "DELIVERIES_QUEUE_URL",
        "HAS_LAST_RESORT",
        "PAGING",
        "PUSH_PUBLIC_KEY",
        "SECRETS_KEY",
        "SENDS_EMAIL",
    },
    "SessionFunction": {
        "ALLOW_PRIVATE_WEBHOOKS",
        "DELIVERIES_QUEUE_URL",
        "LINK_KEY_PARAMETER",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET",
        "OIDC_DISCOVERY_URL",
        "OIDC_DOMAINS",
        "OIDC_ISSUER",
        "PAGING",
        "SENDS_EMAIL",
    },
    "FirstKeyFunction": {"SECRETS_KEY"},
    "TeamConfigFunction": {
        "ALLOW_PRIVATE_WEBHOOKS",
        "CHANNEL_SECRETS_PREFIX",
        "DELIVERIES_QUEUE_URL",
        "SECRETS_KEY",
    },
    "TableChangeFunction": {"DELIVERIES_QUEUE_URL", "FAILURES_QUEUE_URL", "TIMERS_QUEUE_URL"},
    "TickFunction": {"DELIVERIES_QUEUE_URL", "TIMERS_QUEUE_URL"},
    "TimerFunction": {"TIMERS_QUEUE_URL", "DELIVERIES_QUEUE_URL", "FAILURES_QUEUE_URL"},
    "NotifierFunction": {
        "ALLOW_PRIVATE_WEBHOOKS",
        "DELIVERIES_QUEUE_URL",
        "EMAIL_FROM",
        "FAILURES_QUEUE_URL",
        "LAST_RESORT_TOPIC",
        "LINK_KEY_PARAMETER",
        "PAGING",
        "PUSH_KEY_PARAMETER",
        "SLACK_API_URL",
    },
}
MAY_BE_MISSING = {
    "ALLOW_PRIVATE_WEBHOOKS",
    "EMAIL_FROM",
    "HAS_LAST_RESORT",
    "LAST_RESORT_TOPIC",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_DISCOVERY_URL",
    "OIDC_DOMAINS",
    "OIDC_ISSUER",
    "PAGING",
    "SECRETS_KEY",
    "SENDS_EMAIL",
    "SLACK_API_URL",
}
ANSWERING = (
    *("IngestFunction", "CompatFunction", "AlertsApiFunction", "ActionsFunction"),
    "CalendarFunction",
    "ConsoleFunction",
)
"""Clients wait for their answers, so they are called at a published version."""
ASKED_BY_NO_REQUEST = ("NotifierFunction", "TeamConfigFunction")
"""They cannot take the address that they were called at."""
BUILT_BY_MAKE = {"ConsoleFunction"}
"""Their Makefile keeps the path: tests/build."""
RUN_ONCE = {"FirstKeyFunction", "TeamConfigFunction"}
MEMORY_OF_A_CORE = 1_769
FIRST_CALL_SECONDS = 1.0
FIRST_CALL_CPU_SECONDS = {
    "IngestFunction": 0.12,
    "CompatFunction": 0.14,
    "AlertsApiFunction": 0.15,
    "ActionsFunction": 0.16,
    "CalendarFunction": 0.25,
    "ConsoleFunction": 0.05,
    "SessionFunction": 0.15,
    "TableChangeFunction": 0.18,
    "TickFunction": 0.18,
    "TimerFunction": 0.18,
    "NotifierFunction": 0.57,
}
"""Imports and one call, in CPU of a whole core: docs/adr/0016-cpu-and-stream.md."""


@pytest.fixture(params=HANDLERS)
def name(request: pytest.FixtureRequest) -> str:
    function: str = request.param
    return function


@pytest.fixture
def function(deployed: Template, name: str) -> dict[str, Any]:
    return deployed.of_type("AWS::Lambda::Function")[name]


def test_every_function_is_listed(deployed: Template) -> None:
    functions = deployed.of_type("AWS::Lambda::Function")

    assert {name: function["Handler"] for name, function in functions.items()} == HANDLERS


def test_a_handler_lies_in_the_folder_that_is_built(written: Template, name: str) -> None:
    declared = written.resources[name]["Properties"]
    package = declared["CodeUri"].replace("/", ".")

    assert declared["Handler"].startswith(f"{package}.app.")
    assert (ROOT / declared["CodeUri"] / "__init__.py").is_file()


def test_code_keeps_its_dotted_path_when_it_is_built(written: Template, name: str) -> None:
    metadata = written.resources[name]["Metadata"]

    by_sam = {"BuildProperties": {"ParentPackageMode": "auto"}}
    assert metadata == ({"BuildMethod": "makefile"} if name in BUILT_BY_MAKE else by_sam)


def test_python_is_the_one_the_repository_is_written_in(function: dict[str, Any]) -> None:
    pinned = (ROOT / ".python-version").read_text().strip()

    assert function["Runtime"] == f"python{pinned}"


def test_function_and_layer_are_for_one_processor(
    written: Template, function: dict[str, Any]
) -> None:
    layer = written.resources["CommonLayer"]

    assert short(layer["Metadata"]["BuildArchitecture"]) == "Architecture"
    assert list(map(short, layer["Properties"]["CompatibleArchitectures"])) == ["Architecture"]
    assert list(map(short, function["Architectures"])) == ["Architecture"]


def test_the_layer_is_built_with_its_makefile(written: Template) -> None:
    layer = written.resources["CommonLayer"]

    assert layer["Metadata"]["BuildMethod"] == "makefile"
    assert layer["Properties"]["ContentUri"] == "layers/common"


def test_every_function_stands_on_the_layer(deployed: Template, function: dict[str, Any]) -> None:
    (layer,) = deployed.of_type("AWS::Lambda::LayerVersion")

    assert list(map(short, function["Layers"])) == [layer]


def test_memory_and_time_are_chosen(written: Template, name: str) -> None:
    declared = written.resources[name]["Properties"]

    assert 256 <= declared["MemorySize"] <= 1_024
    assert 1 <= declared["Timeout"] <= (90 if name in RUN_ONCE else 60)


@pytest.mark.parametrize("name", FIRST_CALL_CPU_SECONDS)
def test_a_first_call_has_the_cpu_that_it_needs(written: Template, name: str) -> None:
    share_of_a_core = written.resources[name]["Properties"]["MemorySize"] / MEMORY_OF_A_CORE

    assert FIRST_CALL_CPU_SECONDS[name] / share_of_a_core <= FIRST_CALL_SECONDS


@pytest.mark.parametrize("name", ANSWERING, indirect=True)
def test_an_answer_comes_before_the_gateway_gives_up(function: dict[str, Any]) -> None:
    assert function["Timeout"] < 30


def test_logs_go_where_the_function_may_write(name: str, function: dict[str, Any]) -> None:
    assert short(function["LoggingConfig"]["LogGroup"]) == name.replace("Function", "Logs")


def test_logs_expire_and_carry_the_name_of_their_stack(deployed: Template) -> None:
    for logical_id, group in deployed.of_type("AWS::Logs::LogGroup").items():
        above = "/aws/vendedlogs" if logical_id == "HttpApiLogs" else ""
        assert short(group["RetentionInDays"]) == "LogRetentionDays"
        assert short(group["LogGroupName"]).startswith(f"{above}/tocsin/${{AWS::StackName}}/")


@pytest.mark.parametrize("name", sorted(HANDLERS.keys() - RUN_ONCE), indirect=True)
def test_concurrency_is_reserved_only_when_asked_for(
    deployed: Template, name: str, function: dict[str, Any]
) -> None:
    parameter = name.replace("Function", "Concurrency")
    condition, reserved, otherwise = function["ReservedConcurrentExecutions"]["Fn::If"]

    assert short(reserved) == parameter
    assert short(otherwise) == "AWS::NoValue"
    assert deployed.body["Conditions"][condition] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, 0]}]
    }
    assert deployed.parameters[parameter]["Default"] == 0


def test_traces_are_made_only_when_asked_for(function: dict[str, Any]) -> None:
    assert function["TracingConfig"] == {"Mode": {"Fn::If": ["IsTraced", "Active", "PassThrough"]}}


def test_a_function_is_told_no_more_than_it_needs(name: str, function: dict[str, Any]) -> None:
    told = set(function["Environment"]["Variables"])

    assert told == EVERY_FUNCTION_KNOWS | TOLD_BESIDES.get(name, set())


def test_a_function_requires_what_it_alone_is_told(name: str) -> None:
    its_address = {"PUBLIC_URL"} if name in ASKED_BY_NO_REQUEST else set()

    assert set(REQUIRED[HANDLERS[name]]) == (
        TOLD_BESIDES.get(name, set()) - MAY_BE_MISSING | its_address
    )


def test_what_every_function_requires_it_is_told(function: dict[str, Any]) -> None:
    of_lambda = {name for name in ALWAYS_REQUIRED if name.startswith("AWS_")}

    assert set(ALWAYS_REQUIRED) - of_lambda <= set(function["Environment"]["Variables"])


def test_what_a_function_requires_is_never_empty(
    deployed: Template, name: str, function: dict[str, Any]
) -> None:
    may_be_empty = {
        key for key, value in deployed.body["Parameters"].items() if value.get("Default") == ""
    }
    for variable in REQUIRED[HANDLERS[name]]:
        value = function["Environment"]["Variables"][variable]

        assert value
        assert value.get("Ref") not in may_be_empty


def test_settings_know_what_each_handler_requires() -> None:
    assert set(REQUIRED) == set(HANDLERS.values())


@pytest.mark.parametrize("name", ASKED_BY_NO_REQUEST)
def test_what_writes_urls_without_a_request_knows_the_address_in_any_case(
    deployed: Template, name: str
) -> None:
    function = deployed.of_type("AWS::Lambda::Function")[name]
    api = deployed.body["Outputs"]["ApiUrl"]["Value"]

    assert function["Environment"]["Variables"]["PUBLIC_URL"] == api


def test_parameters_with_secrets_are_named_within_the_stack(deployed: Template) -> None:
    told = deployed.of_type("AWS::Lambda::Function")
    api, notifier = (
        told[name]["Environment"]["Variables"] for name in ("AlertsApiFunction", "NotifierFunction")
    )

    assert short(api["CHANNEL_SECRETS_PREFIX"]) == "/tocsin/${AWS::StackName}/channels"
    assert short(notifier["LINK_KEY_PARAMETER"]) == "/tocsin/${AWS::StackName}/link-key"
    actions = told["ActionsFunction"]["Environment"]["Variables"]
    assert actions["LINK_KEY_PARAMETER"] == notifier["LINK_KEY_PARAMETER"]
    assert short(notifier["PUSH_KEY_PARAMETER"]) == "/tocsin/${AWS::StackName}/push-key"


def test_functions_that_answer_requests_are_published_and_no_others(deployed: Template) -> None:
    published = {
        short(alias["FunctionName"]): alias["Name"]
        for alias in deployed.of_type("AWS::Lambda::Alias").values()
    }

    assert published == dict.fromkeys(ANSWERING, "live")


@pytest.mark.parametrize("name", ANSWERING, indirect=True)
def test_every_change_of_a_function_publishes_a_new_version(
    deployed: Template, name: str, function: dict[str, Any]
) -> None:
    """SAM sees code and literal values; what it misses must be part of the description.

    Without it the alias would go on with the old layer or the old value of a parameter.
    """
    (version,) = [
        version
        for version in deployed.of_type("AWS::Lambda::Version").values()
        if short(version["FunctionName"]) == name
    ]
    (layer,) = deployed.of_type("AWS::Lambda::LayerVersion")
    outside_of_versions = {"ReservedConcurrentExecutions"}
    kept = {key: value for key, value in function.items() if key not in outside_of_versions}

    told = set(references(version["Description"]))
    needed = {
        each
        for name in references(kept)
        for each in ({name} if name in told else deployed.parameters_behind({"Ref": name}))
    }
    assert told == needed | {layer}


@pytest.mark.parametrize("name", ANSWERING)
def test_literal_values_publish_a_new_version_too(written: Template, name: str) -> None:
    assert written.resources[name]["Properties"]["AutoPublishAliasAllProperties"] is True


@pytest.mark.parametrize("name", ANSWERING)
def test_versions_that_nobody_calls_are_deleted(deployed: Template, name: str) -> None:
    (version,) = [
        resource
        for resource in deployed.resources.values()
        if resource["Type"] == "AWS::Lambda::Version"
        and short(resource["Properties"]["FunctionName"]) == name
    ]

    assert version["DeletionPolicy"] == "Delete", "a snapshot is paid for as long as it exists"


@pytest.mark.parametrize("name", ANSWERING, indirect=True)
def test_snapshots_are_taken_only_when_asked_for(function: dict[str, Any]) -> None:
    assert function["SnapStart"] == {
        "ApplyOn": {"Fn::If": ["UsesSnapStart", "PublishedVersions", "None"]}
    }


def test_a_description_of_a_version_fits(deployed: Template) -> None:
    """Lambda takes 256 characters."""
    longest = {
        "CommonLayer": 10,
        "Architecture": 6,
        "RetentionDays": 4,
        "LogLevel": 7,
        "Tracing": 3,
        "SnapStart": 3,
        "Stage": 16,
        "TeamName": 32,
        "PublicUrl": 98,
        "AllowsPrivateWebhooks": 1,
        "SecretsKeyId": 36,
        "TimeZone": 32,
        "IsTraced": 1,
        "UsesSnapStart": 1,
        "SendsEmail": 1,
        "HasLastResort": 1,
        "Paging": 6,
        "PushKeyGeneration": 3,
    }
    (layer,) = deployed.of_type("AWS::Lambda::LayerVersion")
    longest[layer] = longest.pop("CommonLayer")
    for version in deployed.of_type("AWS::Lambda::Version").values():
        separator, parts = version["Description"]["Fn::Join"]
        sizes = [longest[name] for part in listed(parts) for name in references(part)]

        assert len(sizes) == len(parts)
        assert sum(sizes) + len(separator) * len(parts) <= 256
