"""Reads JavaScript as far as comments, strings, templates and regular expressions need it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from functions.console.unjoinable import JoinError

NAME: Final = "name"
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")
_SPACE: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"0[xX][\da-fA-F_]+|[\d][\w.]*|\.\d[\w]*")
_STRING: Final = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL)
_REGEX: Final = re.compile(r"/(?![*/])(?:[^\\/\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_LINE_COMMENT: Final = re.compile(r"//[^\n]*")
_BLOCK_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_TEMPLATE_TEXT: Final = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*", re.DOTALL)
_CLOSED_BY: Final = {")": "(", "]": "[", "}": "{"}
# Before these a slash begins a regular expression; after any other word it divides.
_WORDS_BEFORE_A_VALUE: Final = frozenset(
    (
        *("return", "typeof", "instanceof", "in", "of", "new", "delete", "void", "throw"),
        *("case", "do", "else", "yield", "await"),
    )
)


@dataclass(frozen=True, slots=True)
class Token:
    """Args: kind: name, number, string, regex, template, sign, space or comment."""

    kind: str
    text: str
    line: int
    depth: int


def tokens_of(name: str, text: str) -> Iterator[Token]:
    """Read JavaScript as far as comments, strings, templates and regular expressions need it.

    Raises:
        JoinError: Something has no end.
    """
    return _Reader(name, text).tokens()


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self._name, self._text = name, text
        self._at, self._line = 0, 1
        self._before = ""
        self._open: list[tuple[str, int]] = []

    def tokens(self) -> Iterator[Token]:
        while self._at < len(self._text):
            kind, text = self._next()
            depth = len(self._open) - (1 if kind == "open" else 0)
            yield Token("sign" if kind in {"open", "close"} else kind, text, self._line, depth)
            self._at += len(text)
            self._line += text.count("\n")
            if kind not in {"space", "comment"}:
                self._before = text if kind in {"name", "sign", "open", "close"} else f" {kind}"
        if self._open:
            sign, line = self._open[-1]
            raise JoinError(self._name, line, f"{sign} is opened here and never closed.")

    def _next(self) -> tuple[str, str]:
        first = self._text[self._at]
        for kind, pattern in _BEGINNINGS:
            if found := pattern.match(self._text, self._at):
                return kind, found[0]
        if first in "\"'" or self._text.startswith("/*", self._at):
            raise self._error("a string or comment has no end.")
        if first == "/" and self._begins_a_value():
            return self._regex()
        is_end_of_value = first == "}" and self._open and self._open[-1][0] == "${"
        if is_end_of_value:
            self._open.pop()
        if first == "`" or is_end_of_value:
            return self._template()
        return self._sign(first)

    def _regex(self) -> tuple[str, str]:
        found = _REGEX.match(self._text, self._at)
        if not found:
            raise self._error("a regular expression has no end on its line.")
        return "regex", found[0]

    def _sign(self, sign: str) -> tuple[str, str]:
        if sign in "([{":
            self._open.append((sign, self._line))
            return "open", sign
        if sign not in _CLOSED_BY:
            return "sign", sign
        if not self._open or self._open.pop()[0] != _CLOSED_BY[sign]:
            raise self._error(f"{sign} closes nothing.")
        return "close", sign

    def _template(self) -> tuple[str, str]:
        """A template's text from its start or the end of a value, up to its end or a value."""
        found = _TEMPLATE_TEXT.match(self._text, self._at + 1)
        end = found.end() if found else self._at + 1
        if self._text.startswith("`", end):
            return "template", self._text[self._at : end + 1]
        if self._text.startswith("${", end):
            self._open.append(("${", self._line))
            return "template-value", self._text[self._at : end + 2]
        raise self._error("a template has no end.")

    def _begins_a_value(self) -> bool:
        before = self._before
        if before in {" number", " string", " regex", " template", ")", "]", "}"}:
            return False
        return before in _WORDS_BEFORE_A_VALUE or not _NAME.fullmatch(before)

    def _error(self, sentence: str) -> JoinError:
        return JoinError(self._name, self._line, sentence)


_BEGINNINGS: Final = (
    ("space", _SPACE),
    ("comment", _LINE_COMMENT),
    ("comment", _BLOCK_COMMENT),
    ("name", _NAME),
    ("number", _NUMBER),
    ("string", _STRING),
)
