"""An integration's mapping: JMESPath expressions, with a bound to what they may do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

from jmespath import compile as parse
from jmespath.exceptions import JMESPathError
from jmespath.visitor import TreeInterpreter

from tocsin.domain.errors import InvalidInputError, Problem

WORK_LIMIT: Final = 200_000
"""Nodes visited and values made for one entry: some tenths of a second at most."""
BODY_WORK_LIMIT: Final = 400_000
"""Likewise for all entries of a body, and one more for each byte of it."""
TEXT_UNIT: Final = 100
"""Characters that count as one value."""
_MAKERS: Final = frozenset(
    ("function_expression", "multi_select_list", "multi_select_dict", "literal")
)
"""What may make more than it was given; the rest only picks."""


class _TooMuchWorkError(Exception):
    pass


@dataclass(slots=True)
class Budget:
    """What the entries of one body may cost together."""

    left: int

    @classmethod
    def of_body(cls, size_bytes: int) -> Self:
        return cls(BODY_WORK_LIMIT + size_bytes)


class _Interpreter(TreeInterpreter):  # type: ignore[misc] # jmespath has no annotations
    """Stops at a limit: what it makes from shared parts could grow twofold with each step."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self._work = 0
        self._budget = budget

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the base has it
        self._spend(1)
        value = super().visit(node, *args, **kwargs)
        if node["type"] in _MAKERS:
            self._measure(value)
        return value

    def _measure(self, value: object) -> None:
        left = [value]
        while left:
            self._spend(1)
            match left.pop():
                case str() as text:
                    self._spend(len(text) // TEXT_UNIT)
                case dict() as members:
                    left += members.values()
                case list() as members:
                    left += members
                case _:
                    pass

    def _spend(self, work: int) -> None:
        self._work += work
        self._budget.left -= work
        if self._work > WORK_LIMIT or self._budget.left < 0:
            raise _TooMuchWorkError


class Mapped:
    """What the expressions find in one entry; each is evaluated when it is asked for."""

    def __init__(self, mapping: Mapping[str, str], entry: object, budget: Budget) -> None:
        self._mapping = mapping
        self._entry = entry
        self._interpreter = _Interpreter(budget)

    def value(self, part: str) -> Any:  # noqa: ANN401 - any JSON
        """What the part's expression finds; None where it finds nothing, or there is none.

        Raises:
            InvalidInputError: It cannot be applied to this entry, or would take too long.
        """
        expression = self._mapping.get(part)
        if expression is None:
            return None
        try:
            found = self._interpreter.visit(_parsed(expression), self._entry)
            # Infinities and what is no JSON at all; an entry has neither.
            json.dumps(found, allow_nan=False)
        except _TooMuchWorkError:
            problem = "takes too much work with this body; make the expression simpler"
        except JMESPathError as error:
            problem = f"cannot be applied to this body: {str(error).splitlines()[0]}"
        except (RecursionError, ArithmeticError, TypeError, ValueError, AttributeError) as error:
            problem = f"cannot be applied to this body: {type(error).__name__}"
        else:
            return found
        raise InvalidInputError(
            "The integration's mapping cannot be applied.", [Problem(f"mapping.{part}", problem)]
        )


@lru_cache(maxsize=256)
def _parsed(expression: str) -> Any:  # noqa: ANN401 - jmespath's own tree
    return parse(expression).parsed
