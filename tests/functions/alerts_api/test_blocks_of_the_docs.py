"""Every command and every piece of JSON in the documents is one that works.

What a reader runs on the local stack is run there (`tests/stack/test_as_documented.py`); commands
for an account are held to the models of AWS's own SDK, bodies to the OpenAPI document.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import botocore.session
import jsonschema  # type: ignore[import-untyped]  # its stubs are a package of their own
import pytest
import yaml
from botocore import xform_name

from tests.documents import ROOT, Block, blocks
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.integration import IntegrationType

RUN_ON_THE_STACK: Final = {"docs/set-up.md"}
"""Pages whose commands are run one after the other."""
OF_A_PRODUCT: Final = ("docs/senders/", "docs/migrate.md")
"""Their blocks are settings and APIs of other products: those of senders are tried by their tests,
the others by nobody here."""
NO_PRODUCTS: Final = {
    *(IntegrationType.REST, IntegrationType.EVENTS, IntegrationType.MONITOR),
    *(IntegrationType.GENERIC, IntegrationType.CLOUDEVENTS),
}
"""Types for scripts, and for any product."""
SHELL: Final = {"sh", "bash"}
KNOWN_PROGRAMS: Final = {
    *("make", "aws", "curl", "git", "sam", "tocsin"),
    *(".venv/bin/python", "python3", "pip"),
    *("for", "done"),
}
TEMPLATE_BODY_LIMIT_BYTES: Final = 51_200
"""By CloudFormation's API reference."""
GLOBAL_OPTIONS: Final = {"query", "output", "region", "profile", "no-cli-pager"}
MODELS: Final = {"s3api": "s3"}
"""Services that the command line calls otherwise."""
OF_THE_COMMAND_LINE: Final = {
    ("cloudformation", "deploy"): {"stack-name", "template-file", "parameter-overrides"},
    ("logs", "tail"): {"since", "follow", "filter-pattern", "format"},
    ("s3", "cp"): set[str](),
}
"""Commands that the command line has beyond the API."""
REQUESTS: Final = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S+)")
ANSWERS: Final = re.compile(r"answer of (GET|POST|PUT|PATCH|DELETE) (/\S+)")
_PLACEHOLDER: Final = re.compile(r"<[^<>\n]+>|\$\{?\w+\}?")


def of_language(*languages: str) -> list[Block]:
    return [block for block in blocks() if block.language in languages]


def commands_of(block: Block) -> Iterator[str]:
    """The commands of a block as the shell reads them, without comments."""
    command = ""
    for line in block.text.replace("\\\n", " ").splitlines():
        command += re.sub(r"(^|\s)#\s.*$", "", line) + "\n"
        with suppress(ValueError):  # a quotation goes on in the next line
            shlex.split(command)
            if command.strip():
                yield command.strip()
            command = ""
    assert not command.strip(), f"{block}: a quotation is not closed"


COMMANDS = [
    (f"{block} {command[:60]}", command)
    for block in of_language(*SHELL)
    if not block.page.startswith(OF_A_PRODUCT)
    for command in commands_of(block)
]


def aws_calls(command: str) -> Iterator[tuple[str, str, set[str]]]:
    """Service, operation and options of each call; one in `$(…)` is the last of its line."""
    found = list(re.finditer(r"\baws ([a-z0-9-]+) ([a-z0-9-]+)", command))
    ends = [*(each.start() for each in found), len(command)][1:]
    for each, end in zip(found, ends, strict=False):
        options = set(re.findall(r"\s--([a-z0-9-]+)", command[each.end() : end]))
        yield each[1], each[2], options


AWS_CALLS = [(name, *call) for name, command in COMMANDS for call in aws_calls(command)]


@cache
def input_of(service: str, operation: str) -> Any:  # noqa: ANN401 - botocore has no types
    model = botocore.session.Session().get_service_model(MODELS.get(service, service))
    names = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in names, f"{service} has no {operation}"
    return model.operation_model(names[operation]).input_shape


def test_the_documents_have_blocks_of_every_kind() -> None:
    assert len(AWS_CALLS) > 40
    assert len([block for block in of_language("json") if REQUESTS.fullmatch(block.tag)]) >= 9
    assert len([block for block in of_language("json") if ANSWERS.fullmatch(block.tag)]) >= 1
    assert len(CALLS_OF_THE_API) > 20


@pytest.mark.parametrize(("name", "service", "operation", "options"), AWS_CALLS)
def test_a_call_of_aws_names_what_there_is(
    name: str, service: str, operation: str, options: set[str]
) -> None:
    if (known := OF_THE_COMMAND_LINE.get((service, operation))) is not None:
        assert options - GLOBAL_OPTIONS <= known, name
        return
    shape = input_of(service, operation)
    members = shape.members if shape else {}
    by_option = {xform_name(member, "-"): member for member in members}
    for option in options - GLOBAL_OPTIONS:
        flag = option.removeprefix("no-")
        assert option in by_option or flag in by_option, f"{name}: {operation} has no --{option}"
    required = {xform_name(member, "-") for member in (shape.required_members if shape else ())}
    # `$(…)` hides what comes behind it, and `invoke` takes its file by position.
    assert {it for it in required - options if f"no-{it}" not in options} == set(), name


def test_a_template_that_is_sent_as_a_body_is_short_enough() -> None:
    """CloudFormation takes 51,200 bytes, and ours from a bucket only."""
    sent = [re.findall(r"--template-body file://(\S+)", command) for _, command in COMMANDS]

    assert {name for names in sent for name in names} == {"table.yaml"}
    assert (ROOT / "template.yaml").stat().st_size > TEMPLATE_BODY_LIMIT_BYTES


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_a_command_is_one_that_is_checked(name: str, command: str) -> None:
    if name.partition(":")[0] in RUN_ON_THE_STACK:
        return
    without = re.sub(r"^(?:[A-Z_]+=(?:\$\(|\S*\s*))+", "", command)
    assert not without or without.split()[0] in KNOWN_PROGRAMS, name


@pytest.mark.parametrize(
    ("name", "target"),
    [
        (name, target)
        for name, command in COMMANDS
        for target in re.findall(r"(?:^|&& )make ([a-z][a-z-]*)", command)
    ],
)
def test_a_target_of_make_exists(name: str, target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE), name


@pytest.mark.parametrize("block", of_language("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    if block.page.startswith(OF_A_PRODUCT):
        return  # templates of other products, with their own placeholders
    json.loads(_PLACEHOLDER.sub("placeholder", block.text))


@pytest.mark.parametrize("block", of_language("yaml"), ids=str)
def test_yaml_is_yaml(block: Block) -> None:
    assert yaml.safe_load(block.text)


@pytest.mark.parametrize(
    "block", [it for it in of_language("json") if REQUESTS.fullmatch(it.tag)], ids=str
)
def test_a_body_is_what_the_api_takes(block: Block, anybody: Client) -> None:
    document: dict[str, Any] = anybody.get("/openapi.json").json
    asked = REQUESTS.fullmatch(block.tag)
    assert asked is not None
    judge_body(document, asked[1], asked[2], block.text)


def judge_body(document: Mapping[str, Any], method: str, path: str, body: str) -> None:
    operation = operation_of(document, method, path)
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    jsonschema.validate(json.loads(body), {**schema, "components": document["components"]})


@pytest.mark.parametrize(
    "block", [it for it in of_language("json") if ANSWERS.fullmatch(it.tag)], ids=str
)
def test_an_answer_is_what_the_api_shows(block: Block, anybody: Client) -> None:
    document: dict[str, Any] = anybody.get("/openapi.json").json
    asked = ANSWERS.fullmatch(block.tag)
    assert asked is not None
    answers = operation_of(document, asked[1], asked[2])["responses"]
    schema = answers["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(json.loads(block.text), {**schema, "components": document["components"]})


@dataclass(frozen=True, slots=True)
class ApiCall:
    """A request of a command: by curl, or by the function `call` of docs/set-up.md."""

    name: str
    method: str
    path: str
    body: str | None

    def __str__(self) -> str:
        return f"{self.name} {self.method} {self.path}"


def calls_of_the_api() -> Iterator[ApiCall]:
    for name, command in COMMANDS:
        if "()" in command:
            continue  # defines `call`
        words = shlex.split(re.sub(r"\$\(", " ", command))
        body = words[words.index("-d") + 1] if "-d" in words else None
        if "call" in words:
            method, path = words[words.index("call") + 1 :][:2]
            path = f"/api/v1/{path.removesuffix(')')}"
        elif paths := re.findall(r"(?<=[}\w])/api/v1/[^ \"]+", " ".join(words)):
            method = words[words.index("-X") + 1] if "-X" in words else "POST" if body else "GET"
            path = paths[0]
        else:
            continue
        yield ApiCall(name, method, re.sub(r"<[^>]+>|\$\{?\w+\}?", "one", path), body)


CALLS_OF_THE_API = list(calls_of_the_api())


@pytest.mark.parametrize("call", CALLS_OF_THE_API, ids=str)
def test_a_request_of_a_command_is_one_that_the_api_takes(call: ApiCall, anybody: Client) -> None:
    document: dict[str, Any] = anybody.get("/openapi.json").json
    if call.body is None:
        operation_of(document, call.method, call.path)
    else:
        judge_body(document, call.method, call.path, call.body)


def test_who_follows_set_up_can_be_reached(world: World) -> None:
    person = Client.of(world, allows_private_webhooks=True).with_key("admin", user=None)
    changes = [
        call
        for call in CALLS_OF_THE_API
        if call.name.startswith("docs/set-up.md") and call.method == "PUT"
    ]

    answers = [
        person.send("PUT", call.path, body=json.loads(call.body or "{}")) for call in changes
    ]
    reached = person.get("/api/v1/reachability").data

    assert len(answers) >= 8
    assert {answer.status for answer in answers} <= {200, 201}
    assert reached["ok"]
    assert {problem["code"] for problem in reached["problems"]} == {"not_verified"}


def test_the_readme_counts_what_there_is(anybody: Client) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    paths = anybody.get("/openapi.json").json["paths"].values()
    methods = {"get", "post", "put", "patch", "delete"}

    assert f"an API with {sum(len(methods & it.keys()) for it in paths)} operations" in readme
    products = set(IntegrationType) - NO_PRODUCTS
    assert (
        f"[{len(IntegrationType)} types](docs/senders.md) of integration: {len(products)}" in readme
    )


def operation_of(document: Mapping[str, Any], method: str, path: str) -> dict[str, Any]:
    for pattern, methods in document["paths"].items():
        spelled = re.sub(r"\{\w+\}", "[^/]+", pattern)
        if re.fullmatch(spelled, path.partition("?")[0]) and method.lower() in methods:
            operation: dict[str, Any] = methods[method.lower()]
            return operation
    raise AssertionError(f"{method} {path} is no request of the API")


def requests_in_text() -> Iterator[tuple[str, str, str]]:
    for page in sorted({block.page for block in blocks()}):
        if page.startswith((*OF_A_PRODUCT, "docs/adr", "CHANGELOG")):
            continue
        text = (ROOT / page).read_text(encoding="utf-8")
        for found in re.finditer(r"`(GET|POST|PUT|PATCH|DELETE) (/api/v1/[^`\s]*)", text):
            yield page, found[1], found[2]


@pytest.mark.parametrize(("page", "method", "path"), sorted(set(requests_in_text())))
def test_a_request_in_the_text_is_one_of_the_api(
    page: str, method: str, path: str, anybody: Client
) -> None:
    del page
    document: dict[str, Any] = anybody.get("/openapi.json").json
    operation_of(document, method, re.sub(r"<[^>]+>|\{\w+\}", "one", path))
