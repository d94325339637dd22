"""Reads a template in which intrinsic functions are still there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

type Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A template as parsed: `{"Ref": "Table"}`, `{"Fn::GetAtt": ["Table", "Arn"]}`, ..."""

    body: dict[str, Any]

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        return self.body["Parameters"]  # type: ignore[no-any-return]

    @property
    def resources(self) -> dict[str, Resource]:
        return self.body["Resources"]  # type: ignore[no-any-return]

    def of_type(self, kind: str) -> dict[str, Resource]:
        """The properties of all resources of one type, by logical id."""
        return {
            name: resource["Properties"]
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    @property
    def dead_letter_queues(self) -> set[str]:
        """Those that no other queue takes over from."""
        queues = self.of_type("AWS::SQS::Queue")
        return {name for name, queue in queues.items() if "RedrivePolicy" not in queue}

    @property
    def working_queues(self) -> set[str]:
        """All others."""
        return self.of_type("AWS::SQS::Queue").keys() - self.dead_letter_queues

    def parameters_behind(self, value: object) -> set[str]:
        """Which parameters a value depends on, those of its conditions included."""
        found = set()
        for name in references(value):
            if name in self.parameters:
                found.add(name)
            if condition := self.body["Conditions"].get(name):
                found |= self.parameters_behind(condition)
            made = self.resources.get(name, {"Type": ""})
            if made["Type"] == "Custom::PushKey":
                # What the function is told of it changes with its generation only.
                found |= self.parameters_behind(made["Properties"]["Generation"])
        return found


def short(value: object) -> str:
    """An ARN in few letters: `Table`, `Table/index/due`, `parameter/tocsin/${AWS::StackName}`."""
    match value:
        case {"Fn::GetAtt": [str(resource), "Arn"]}:
            return resource
        case {"Fn::GetAtt": [str(resource), str(attribute)]}:
            return f"{resource}.{attribute}"
        case {"Ref": str(name)}:
            return name
        case {"Fn::Sub": str(text)}:
            return re.sub(r"^arn:.*?:(?=[\w-]+/)", "", text).replace("${Table.Arn}", "Table")
        case str(text):
            return text
        case _:
            raise ValueError(f"nothing short to say for {value!r}")


def listed(value: object) -> list[Any]:
    """What CloudFormation takes alone or as a list, as a list."""
    return value if isinstance(value, list) else [value]


def references(value: object) -> Iterator[str]:
    """Every parameter, resource or condition that a value names."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from re.findall(r"\$\{([A-Za-z0-9]+)", text)
        case {"Fn::If": [str(condition), *values]}:
            yield condition
            yield from references(values)
        case dict():
            yield from references(list(value.values()))
        case list():
            for element in value:
                yield from references(element)
        case _:
            return
