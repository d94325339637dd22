"""DynamoDB's expressions, as far as the repositories use them; any other is an error."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

type Attribute = Mapping[str, Any]
type Item = dict[str, Attribute]


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression is about."""

    item: Mapping[str, Attribute]
    names: Mapping[str, str]
    values: Mapping[str, Attribute]


type Condition = Callable[[Scope], bool]
type Operand = Callable[[Scope], Attribute | None]
type Change = Callable[[Scope, Item], None]
"""Reads the item as it was, and changes the copy."""

_TOKEN = re.compile(r"\s*([#:]?\w+(?:\.\w+)*|<>|<=|>=|[=<>(),+-])")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "<>": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}
_SCALARS = frozenset("NSB")


def comparable(attribute: Attribute) -> tuple[str, Any]:
    """A value that Python orders as DynamoDB does, within one type."""
    ((kind, value),) = attribute.items()
    return _ordered(kind, value) if kind in _SCALARS else (kind, value)


@lru_cache(maxsize=100_000)
def _ordered(kind: str, value: str) -> tuple[str, Any]:
    match kind:
        case "N":
            return kind, Decimal(value)
        case "S":
            return kind, value.encode()
        case _:
            return kind, base64.b64decode(value)


@cache
def condition(expression: str) -> Condition:
    """Understand a condition, of a write or of a key."""
    reader = _Reader(expression)
    read = reader.either()
    reader.expect_end()
    return read


@cache
def changes(expression: str) -> tuple[Change, ...]:
    """Understand an update."""
    reader = _Reader(expression)
    found: list[Change] = []
    while not reader.is_at_end:
        clause = reader.next()
        found.append(_clause(clause, reader))
        while reader.takes(","):
            found.append(_clause(clause, reader))
    return tuple(found)


def _clause(clause: str, reader: "_Reader") -> Change:
    match clause:
        case "SET":
            return reader.assignment()
        case "REMOVE":
            return _removal(reader.name())
        case "ADD":
            return _addition(reader.name(), reader.operand())
        case _:
            raise NotImplementedError(f"{clause} in {reader.text}")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = _TOKEN.findall(text)
        if "".join(self._tokens) != "".join(text.split()):
            raise NotImplementedError(text)
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._tokens)

    def next(self) -> str:
        self._at += 1
        return str(self._tokens[self._at - 1])

    def takes(self, token: str) -> bool:
        is_next = not self.is_at_end and self._tokens[self._at] == token
        self._at += is_next
        return is_next

    def expect(self, token: str) -> None:
        if not self.takes(token):
            raise NotImplementedError(f"no {token} in {self.text}")

    def expect_end(self) -> None:
        if not self.is_at_end:
            raise NotImplementedError(self.text)

    def either(self) -> Condition:
        parts = [self._all()]
        while self.takes("OR"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda scope: any(part(scope) for part in parts)

    def _all(self) -> Condition:
        parts = [self._one()]
        while self.takes("AND"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda scope: all(part(scope) for part in parts)

    def _one(self) -> Condition:
        if self.takes("("):
            inner = self.either()
            self.expect(")")
            return inner
        for function in ("attribute_exists", "attribute_not_exists", "begins_with", "contains"):
            if self.takes(function):
                return self._function(function)
        return self._comparison()

    def _function(self, function: str) -> Condition:
        self.expect("(")
        name = self.name()
        if function.startswith("attribute_"):
            self.expect(")")
            is_wanted = function == "attribute_exists"
            return lambda scope: (_at(scope.item, name(scope)) is not None) is is_wanted
        self.expect(",")
        operand = self.operand()
        self.expect(")")
        is_prefix = function == "begins_with"
        return lambda scope: _holds(_at(scope.item, name(scope)), operand(scope), is_prefix)

    def _comparison(self) -> Condition:
        left = self.operand()
        operator = self.next()
        if operator == "BETWEEN":
            low = self.operand()
            self.expect("AND")
            high = self.operand()
            return lambda scope: (
                _compare(">=", left(scope), low(scope)) and _compare("<=", left(scope), high(scope))
            )
        right = self.operand()
        if operator not in _COMPARISONS:
            raise NotImplementedError(f"{operator} in {self.text}")
        return lambda scope: _compare(operator, left(scope), right(scope))

    def name(self) -> Callable[[Scope], str]:
        token = self.next()
        if token.startswith("#"):
            return lambda scope: scope.names[token]
        return lambda _: token

    def operand(self) -> Operand:
        if self.takes("if_not_exists"):
            self.expect("(")
            name = self.name()
            self.expect(",")
            otherwise = self.operand()
            self.expect(")")
            return lambda scope: _at(scope.item, name(scope)) or otherwise(scope)
        if self.takes("size"):
            self.expect("(")
            name = self.name()
            self.expect(")")
            return lambda scope: _size(_at(scope.item, name(scope)))
        if self._tokens[self._at].startswith(":"):
            token = self.next()
            return lambda scope: scope.values[token]
        named = self.name()
        return lambda scope: _at(scope.item, named(scope))

    def assignment(self) -> Change:
        name = self.name()
        self.expect("=")
        value = self.operand()
        for sign in ("+", "-"):
            if self.takes(sign):
                value = _sum(value, self.operand(), sign)

        def assign(scope: Scope, item: Item) -> None:
            attribute = value(scope)
            if attribute is None:
                raise MissingAttributeError
            _put(item, name(scope), attribute)

        return assign


class MissingAttributeError(Exception):
    """An update uses an attribute that the item does not have."""


def _at(item: Mapping[str, Attribute], path: str) -> Attribute | None:
    """An attribute, or a member of maps in one: `listed.episode`."""
    name, _, rest = path.partition(".")
    attribute = item.get(name)
    return attribute if not rest or attribute is None else _at(attribute["M"], rest)


def _put(item: Item, path: str, attribute: Attribute | None) -> None:
    """Set it, or take it away, in copies of its maps: the item as it was is still read."""
    name, _, rest = path.partition(".")
    if rest:
        if name not in item:
            raise MissingAttributeError
        members = dict(item[name]["M"])
        _put(members, rest, attribute)
        attribute = {"M": members}
    if attribute is None:
        item.pop(name, None)
    else:
        item[name] = attribute


def _sum(left: Operand, right: Operand, sign: str) -> Operand:
    def add(scope: Scope) -> Attribute:
        terms = [left(scope), right(scope)]
        known = [Decimal(term["N"]) for term in terms if term is not None]
        if len(known) != len(terms):
            raise MissingAttributeError
        return {"N": str(known[0] + known[1] if sign == "+" else known[0] - known[1])}

    return add


def _removal(name: Callable[[Scope], str]) -> Change:
    return lambda scope, item: _put(item, name(scope), None)


def _addition(name: Callable[[Scope], str], operand: Operand) -> Change:
    def add(scope: Scope, item: Item) -> None:
        added = operand(scope)
        if added is None:
            raise TypeError("ADD needs a value")
        if "SS" in added:
            known = scope.item.get(name(scope), {"SS": []})["SS"]
            item[name(scope)] = {"SS": sorted({*known, *added["SS"]})}
            return
        before = scope.item.get(name(scope), {"N": "0"})
        item[name(scope)] = {"N": str(Decimal(before["N"]) + Decimal(added["N"]))}

    return add


def _size(attribute: Attribute | None) -> Attribute | None:
    """Of a set."""
    return None if attribute is None else {"N": str(len(attribute["SS"]))}


def _compare(operator: str, left: Attribute | None, right: Attribute | None) -> bool:
    if left is None or right is None:
        return operator == "<>"
    (left_type, left_value), (right_type, right_value) = comparable(left), comparable(right)
    if left_type != right_type:
        return operator == "<>"
    return _COMPARISONS[operator](left_value, right_value)


def _holds(attribute: Attribute | None, operand: Attribute | None, is_prefix: bool) -> bool:  # noqa: FBT001 - private
    if attribute is None or operand is None:
        return False
    if "S" not in attribute or "S" not in operand:
        raise NotImplementedError("begins_with and contains are for texts here")
    text, part = str(attribute["S"]), str(operand["S"])
    return text.startswith(part) if is_prefix else part in text
