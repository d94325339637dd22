"""What AWS lets each role do with the table: every request of the tests is held to it.

AWS compares the partition keys of a request with `dynamodb:LeadingKeys`: all of them, by
`ForAllValues` (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
Emulators let everything pass. Whose request it is, the stack says: the frame of a function.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from samtranslator.yaml_helper import yaml_parse

from tests.template.intrinsics import listed, short
from tests.template_file import TEMPLATE

FUNCTIONS = str(Path(__file__).parents[1] / "functions") + "/"
OTHER_PRODUCTS = f"{FUNCTIONS}ingest/compat/"
ROLES = {
    "actions": "ActionsRole",
    "alerts_api": "AlertsApiRole",
    "calendar": "CalendarRole",
    "console": "ConsoleRole",
    "first_key": "FirstKeyRole",
    "ingest": "IngestRole",
    "notifier": "NotifierRole",
    "session": "SessionRole",
    "team_config": "TeamConfigRole",
    "escalator/table_changes.py": "TableChangeRole",
    "escalator/due_heartbeats.py": "TimerRole",
    "escalator/due_timers.py": "TimerRole",
}
"""By function; where several share their code, by module."""
OF_THE_TICK = {"run_tick", "sweep", "tell_handoffs", "tick"}
"""What is the tick's in the module of timers."""

_IN_TRANSACTION = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}
_NAME = re.compile(r"(?<![.:\w#])#?[A-Za-z_]\w*(?!\w*\()")
"""Beginning of a path in an expression; neither a value nor a function."""
_WORDS = frozenset(("SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"))
_KEY_VALUE = re.compile(r"=\s*(:\w+)")


class Right(NamedTuple):
    """What one request needs; a transaction needs one for each of its items."""

    action: str
    resource: str
    """`Table`, or `Table/index/<name>`."""
    partitions: frozenset[str]
    attributes: frozenset[str] = frozenset()
    """Of an update: the names at the top of its paths, with those of the key."""


class Statement(NamedTuple):
    """One of a role's, as far as it is about the table."""

    is_deny: bool
    actions: frozenset[str]
    resources: tuple[str, ...]
    partitions: tuple[str, ...] | None
    """Patterns, one of which each partition must match; None: any."""
    attributes: frozenset[str] | None = None
    """Those that an update may name; None: any."""

    def covers(self, right: Right) -> bool:
        """Whether it speaks of this right."""
        if f"dynamodb:{right.action}" not in self.actions or right.resource not in self.resources:
            return False
        if self.attributes is not None and not right.attributes <= self.attributes:
            return False
        if self.partitions is None:
            return True
        matching = [_is_like(it, self.partitions) for it in right.partitions]
        return any(matching) if self.is_deny else all(matching)


@dataclass
class Record:
    """Who asked for what since the start, and what AWS would have refused since the last look."""

    used: set[tuple[str, Right]] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)

    def note(self, role: str | None, operation: str, parameters: Mapping[str, Any]) -> None:
        """Note a request to DynamoDB of a role, or of a function that is on the stack."""
        role = role or role_on_the_stack()
        if role is None:
            return
        for right in rights_of(operation, parameters):
            self.used.add((role, right))
            if not is_allowed(role, right):
                self.refused.append(f"{role} may not {right.action} {sorted(right.partitions)}")


RECORD = Record()


def rights_of(operation: str, parameters: Mapping[str, Any]) -> Iterator[Right]:
    """What IAM is asked for a request."""
    match operation:
        case "PutItem":
            yield _right(operation, [parameters["Item"]])
        case "UpdateItem":
            yield _right(operation, [parameters["Key"]])._replace(
                attributes=_attributes_of(parameters)
            )
        case "GetItem" | "DeleteItem":
            yield _right(operation, [parameters["Key"]])
        case "BatchGetItem" | "BatchWriteItem":
            for asked in parameters["RequestItems"].values():
                yield _right(operation, _keys_of(asked))
        case "Query":
            name = _KEY_VALUE.search(parameters["KeyConditionExpression"])
            assert name is not None
            partition = parameters["ExpressionAttributeValues"][name[1]]["S"]
            index = parameters.get("IndexName")
            resource = f"Table/index/{index}" if index else "Table"
            yield Right(operation, resource, frozenset((_kind(partition),)))
        case "TransactWriteItems":
            for item in parameters["TransactItems"]:
                for kind, write in item.items():
                    yield _right(_IN_TRANSACTION[kind], [write.get("Item") or write["Key"]])
        case _:
            raise AssertionError(f"no role is asked for {operation}")


@cache
def statements() -> Mapping[str, Sequence[Statement]]:
    """What template.yaml gives each role on the table."""
    resources = yaml_parse(TEMPLATE.read_text())["Resources"]
    return {
        name: [
            _statement(statement)
            for policy in resource["Properties"]["Policies"]
            for statement in listed(policy["PolicyDocument"]["Statement"])
            if any(action.startswith("dynamodb:") for action in listed(statement["Action"]))
        ]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::IAM::Role"
    }


@cache
def is_allowed(role: str, right: Right) -> bool:
    """Whether AWS does what a role asks for."""
    covering = [it for it in statements()[role] if it.covers(right)]
    return bool(covering) and not any(it.is_deny for it in covering)


def role_on_the_stack() -> str | None:
    """Whose code is running: the innermost function's."""
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        file = frame.f_code.co_filename
        if file.startswith(FUNCTIONS):
            module = file.removeprefix(FUNCTIONS)
            role = ROLES.get(module) or ROLES.get(module.partition("/")[0])
            if role == "TimerRole" and frame.f_code.co_name in OF_THE_TICK:
                return "TickRole"
            if role == "IngestRole" and _is_compat(frame):
                return "CompatRole"
            if role is not None:
                return role
    return None


def _is_compat(frame: FrameType | None) -> bool:
    """Whether intake's code works for a client of another product."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(OTHER_PRODUCTS):
            return True
        frame = frame.f_back
    return False


def _right(operation: str, keys: Sequence[Mapping[str, Any]]) -> Right:
    return Right(operation, "Table", frozenset(_kind(key["pk"]["S"]) for key in keys))


def _attributes_of(update: Mapping[str, Any]) -> frozenset[str]:
    """As IAM knows them by `dynamodb:Attributes`."""
    names: Mapping[str, str] = update.get("ExpressionAttributeNames", {})
    text = " ".join(update.get(it, "") for it in ("UpdateExpression", "ConditionExpression"))
    found = (it[0] for it in _NAME.finditer(text) if it[0] not in _WORDS)
    return frozenset((*(names.get(it, it) for it in found), *update["Key"]))


def _keys_of(asked: Any) -> Sequence[Mapping[str, Any]]:  # noqa: ANN401 - JSON
    """Of one table in a batch: keys to read, or items to put."""
    if isinstance(asked, Mapping):
        keys: Sequence[Mapping[str, Any]] = asked["Keys"]
        return keys
    return [each["PutRequest"]["Item"] for each in asked]


def _kind(partition: str) -> str:
    """A partition of the configuration; of any other the part that patterns tell apart."""
    kind, mark, _ = partition.partition("#")
    return partition if kind == "C" else kind + mark


def _statement(statement: Mapping[str, Any]) -> Statement:
    is_deny = statement["Effect"] == "Deny"
    operator = "ForAnyValue:StringLike" if is_deny else "ForAllValues:StringLike"
    partitions = None
    if "Condition" in statement:
        partitions = tuple(listed(statement["Condition"][operator]["dynamodb:LeadingKeys"]))
    equal = statement.get("Condition", {}).get("ForAllValues:StringEquals", {})
    attributes = equal.get("dynamodb:Attributes")
    return Statement(
        is_deny,
        frozenset(listed(statement["Action"])),
        tuple(short(it) for it in listed(statement["Resource"])),
        partitions,
        None if attributes is None else frozenset(listed(attributes)),
    )


def _is_like(partition: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(partition, pattern) for pattern in patterns)
