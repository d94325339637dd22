"""Conditions on an alert's labels, spelled as Alertmanager spells them: `team="payments"`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.errors import InvalidInputError, Problem

LENGTH_LIMIT: Final = 500
"""Characters of one matcher."""

_SPELLING: Final = re.compile(
    r'\s*([A-Za-z_][A-Za-z0-9_.:/-]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s]\S*)|)\s*'
)
_EXPECTED: Final = 'must be like team="payments", severity=~"critical|warning", env!="dev"'


class Operator(StrEnum):
    """How a label's value is compared; regular expressions match the whole of it."""

    IS = "="
    IS_NOT = "!="
    MATCHES = "=~"
    MATCHES_NOT = "!~"


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label; a label that is not there counts as empty."""

    label: str
    operator: Operator
    value: str

    @classmethod
    def parse(cls, text: str, field: str = "match") -> Self:
        """Read its spelling.

        Raises:
            InvalidInputError: It is spelled wrongly; `details` name `field`.
        """
        found = _SPELLING.fullmatch(text) if len(text) <= LENGTH_LIMIT else None
        if found is None:
            raise InvalidInputError("A matcher is wrong.", [Problem(field, _EXPECTED)])
        label, operator, quoted, bare = found.groups()
        value = re.sub(r"\\([\"\\])", r"\1", quoted) if quoted is not None else (bare or "")
        matcher = cls(label, Operator(operator), value)
        if matcher.operator in {Operator.MATCHES, Operator.MATCHES_NOT}:
            try:
                re.compile(value)
            except re.error as error:
                problem = Problem(field, f"is no regular expression: {error}")
                raise InvalidInputError("A matcher is wrong.", [problem]) from None
        return matcher

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the condition holds."""
        value = labels.get(self.label, "")
        match self.operator:
            case Operator.IS:
                return value == self.value
            case Operator.IS_NOT:
                return value != self.value
            case Operator.MATCHES:
                return re.fullmatch(self.value, value) is not None
            case Operator.MATCHES_NOT:
                return re.fullmatch(self.value, value) is None

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.label}{self.operator}"{escaped}"'


def all_match(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether every condition holds; none at all holds for everything."""
    return all(matcher.matches(labels) for matcher in matchers)
