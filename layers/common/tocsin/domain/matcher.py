"""Conditions on an alert's labels, spelled as Alertmanager spells them: `team="payments"`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Self

from tocsin.domain.errors import InvalidInputError, Problem

LENGTH_LIMIT: Final = 500
"""Characters of one matcher."""
VALUE_LIMIT: Final = 1_024
"""Characters of a label's value that a pattern sees; equality sees all."""
PROGRAM_LIMIT_BYTES: Final = 65_536
"""Limit of a compiled pattern: the time for one value is bounded by the product of both limits."""

LABEL: Final = "[A-Za-z_][A-Za-z0-9_.:/-]*"
"""A label's name."""

_SPELLING: Final = re.compile(
    rf"\s*({LABEL})\s*(=~|!~|!=|=)([=\s]*)"
    r'(?:"((?:[^"\\]|\\.)*)"|([^"\s=]\S*)|)\s*'
)
_ESCAPED: Final = re.compile(r"\\([\"\\])")
_EXPECTED: Final = 'must be like team="payments", severity=~"critical|warning", env!="dev"'


class PatternRefusedError(Exception):
    """Not a regular expression, or not one that is matched in linear time."""


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
        """Parse a matcher.

        Raises:
            InvalidInputError: Wrong syntax; `details` name `field`.
        """
        found = _SPELLING.fullmatch(text) if len(text) <= LENGTH_LIMIT else None
        if found is None:
            raise InvalidInputError("A matcher is wrong.", [Problem(field, _EXPECTED)])
        label, operator, more, quoted, bare = found.groups()
        value = _ESCAPED.sub(r"\1", quoted) if quoted is not None else (bare or "")
        matcher = cls(label, Operator(operator), value)
        is_pattern = matcher.operator in {Operator.MATCHES, Operator.MATCHES_NOT}
        if more.strip() or (not is_pattern and value.startswith("=")):
            raise InvalidInputError("A matcher is wrong.", [_one_sign_too_many(field, matcher)])
        if is_pattern:
            try:
                _compiled(value)
            except PatternRefusedError as error:
                problem = f"is no pattern that is matched in linear time (RE2's syntax): {error}"
                raise InvalidInputError("A matcher is wrong.", [Problem(field, problem)]) from None
        return matcher

    def matches(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.label, "")
        match self.operator:
            case Operator.IS:
                return value == self.value
            case Operator.IS_NOT:
                return value != self.value
            case Operator.MATCHES:
                return self._found(value) is True
            case Operator.MATCHES_NOT:
                return self._found(value) is False

    def _found(self, value: str) -> bool | None:
        """Whether the pattern matches; None: a stored pattern that is not linear."""
        try:
            return _compiled(self.value).fullmatch(value[:VALUE_LIMIT]) is not None
        except PatternRefusedError:
            return None

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.label}{self.operator}"{escaped}"'


def all_match(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether every condition holds; True without conditions."""
    return all(matcher.matches(labels) for matcher in matchers)


def _one_sign_too_many(field: str, matcher: Matcher) -> Problem:
    """Say what `team==platform` should be."""
    meant = Matcher(matcher.label, matcher.operator, matcher.value.lstrip("=").strip(' "'))
    exact = f"has an = too many: {meant} is right"
    return Problem(field, f"{exact}; a value that begins with = is matched by =~ or !~")


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:  # noqa: ANN401 - re2 has no annotations
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = PROGRAM_LIMIT_BYTES
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        (said,) = error.args
        raise PatternRefusedError(said.decode("utf-8", "replace")) from None
