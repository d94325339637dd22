"""Which words of a module are names that can be another's, and which belong to somebody else.

A name is shortened wherever it stands, the same everywhere; what is a property, a key or a method
keeps its name, and so does what the browser brings. Where this is unsure it leaves a name as it is,
which is always right.
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from functions.console.tokens import NAME, Token

_DECLARES: Final = {"const", "let", "var"}
_BEFORE_OBJECT: Final = frozenset(
    (
        *("(", "[", ",", "=", ":", "?", "&", "|", "+", "-", "<", "template-value"),
        *("return", "const", "let", "var", "typeof", "in", "of", "new", "throw", "yield", "await"),
    )
)
_IN_PATTERN: Final = {"(", ",", "{", "[", ":", "..."}
_BEFORE_METHOD: Final = {"{", ",", "}", ";", "async", "get", "set", "static", "*", "\n"}
WORDS: Final = frozenset(
    (
        *("arguments", "as", "async", "await", "break", "case", "catch", "class", "const"),
        *("continue", "debugger", "default", "delete", "do", "else", "enum", "eval", "export"),
        *("extends", "false", "finally", "for", "from", "function", "get", "if", "implements"),
        *("import", "in", "instanceof", "interface", "let", "new", "null", "of", "package"),
        *("private", "protected", "public", "return", "set", "static", "super", "switch", "this"),
        *("throw", "true", "try", "typeof", "undefined", "var", "void", "while", "with", "yield"),
    )
)
"""Of the language."""
LETTERS: Final = "etnaroislcudpmhgfvbwykxqjz"
"""The most frequent first: what stands in words too costs less after gzip."""
CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BROWSERS: Final = frozenset(
    (
        *("addEventListener", "alert", "atob", "blur", "btoa", "caches", "clearInterval"),
        *("clearTimeout", "close", "closed", "confirm", "console", "cookieStore", "crypto"),
        *("customElements", "document", "event", "external", "fetch", "find", "focus", "frames"),
        *("getComputedStyle", "getSelection", "globalThis", "history", "indexedDB", "innerHeight"),
        *("innerWidth", "isSecureContext", "length", "localStorage", "location", "matchMedia"),
        *("menubar", "moveBy", "moveTo", "name", "navigation", "navigator", "open", "opener"),
        *("origin", "parent", "performance", "postMessage", "print", "prompt", "queueMicrotask"),
        *("removeEventListener", "reportError", "requestAnimationFrame", "requestIdleCallback"),
        *("screen", "screenX", "screenY", "scroll", "scrollBy", "scrollTo", "scrollX", "scrollY"),
        *(
            "self",
            "sessionStorage",
            "setInterval",
            "setTimeout",
            "status",
            "stop",
            "structuredClone",
        ),
        *("toolbar", "top", "trustedTypes", "visualViewport", "window", "isNaN", "isFinite"),
        *("parseInt", "parseFloat", "decodeURIComponent", "encodeURIComponent", "escape"),
    )
)
"""What a browser brings, in small letters. A local name of these stays: elsewhere it is theirs."""


@dataclass(frozen=True, slots=True)
class Word:
    """A name within a module's tokens, with the braces around it.

    Args:
        at: Its place among the tokens.
        kind: own, a name as such; shorthand, which is a key too; other, a property or key.
        is_declared: Whether it is certainly declared at this place.
        is_top: Whether it is declared there for the whole module.
    """

    at: int
    text: str
    kind: str
    is_declared: bool
    is_top: bool


def words_of(tokens: Sequence[Token]) -> list[Word]:
    """All names of a module that are not words of the language."""
    return _Walk(tokens).words()


class _Walk:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._places = [at for at, token in enumerate(tokens) if token.kind != "space"]
        self._signs = [self._sign(tokens[at]) for at in self._places]
        self._ends: dict[int, int] = {}
        self._around: list[int] = []
        self._kinds: dict[int, str] = {}
        self._match()

    def words(self) -> list[Word]:
        declared = set(self._declared())
        found = []
        for number, at in enumerate(self._places):
            token = self._tokens[at]
            if token.kind != "name" or token.text in WORDS:
                continue
            kind = self._kind(number)
            is_declared = number in declared and kind != "other"
            is_top = is_declared and self._is_top(number)
            found.append(Word(at, token.text, kind, is_declared, is_top))
        return found

    @staticmethod
    def _sign(token: Token) -> str:
        return token.kind if token.kind in {"template", "template-value"} else token.text

    def _match(self) -> None:
        """Which bracket closes which, which one is around each token, and what each brace is."""
        stack: list[int] = []
        for number, at in enumerate(self._places):
            token = self._tokens[at]
            is_template = token.kind in {"template", "template-value"}
            is_sign = token.kind == "sign"
            if token.text.startswith("}" if is_template else (")", "]", "}")) and (
                is_template or is_sign
            ):
                self._ends[stack.pop()] = number
            self._around.append(stack[-1] if stack else -1)
            if token.text.endswith("${" if is_template else ("(", "[", "{")) and (
                is_template or is_sign
            ):
                self._kinds[number] = self._brace(number) if token.text == "{" else token.text[-1]
                stack.append(number)

    def _brace(self, number: int) -> str:
        """What a brace opens: object (or pattern), class or block."""
        before = self._signs[number - 1] if number else ""
        if before == ">" and number > 1 and self._signs[number - 2] == "=":
            return "block"
        if self._is_class(number):
            return "class"
        if before == ":" and self._ends_a_choice(number - 1):
            return "block"
        is_value = before in _BEFORE_OBJECT or before == "."  # of three: a spread
        return "object" if is_value else "block"

    def _ends_a_choice(self, number: int) -> bool:
        """Whether a colon belongs to `case` or `default`."""
        back = number - 1
        while back >= 0 and self._signs[back] not in {"{", "}", ";", ","}:
            if self._signs[back] in {"case", "default"}:
                return True
            back -= 1
        return False

    def _is_class(self, number: int) -> bool:
        back = number - 1
        while back >= 0 and self._tokens[self._places[back]].kind == "name":
            if self._signs[back] == "class":
                return True
            back -= 1
        return False

    def _before(self, number: int) -> str:
        if number and self._signs[number - 1] == ".":
            return "..." if self._signs[max(number - 3, 0) : number] == [".", ".", "."] else "."
        return self._signs[number - 1] if number else ""

    def _after(self, number: int) -> str:
        return self._signs[number + 1] if number + 1 < len(self._signs) else ""

    def _kind(self, number: int) -> str:
        before, after = self._before(number), self._after(number)
        around = self._kinds.get(self._around[number], "")
        if before in {".", "#"}:
            return "other"
        if around == "class":
            return "own" if before in {"=", "(", "[", "extends"} else "other"
        if around != "object":
            return "own"
        is_first = before in {"{", ","}
        is_method = after == "(" and before in _BEFORE_METHOD and self._is_method(number)
        if is_method or (is_first and after == ":"):
            return "other"
        return "shorthand" if is_first and after in {",", "}", "="} else "own"

    def _is_method(self, number: int) -> bool:
        end = self._ends.get(number + 1, -1)
        return end > 0 and self._after(end) == "{"

    def _declared(self) -> Iterator[int]:
        for number, sign in enumerate(self._signs):
            token = self._tokens[self._places[number]]
            after = self._after(number)
            if token.kind == "name" and self._before(number) != ".":
                if sign in _DECLARES:
                    yield from self._pattern(number + 1)
                elif sign in {"function", "class"}:
                    yield number + (2 if after == "*" else 1)
                elif sign not in WORDS and after == "=" and self._is_arrow(number + 1):
                    yield number
            elif token.kind == "sign" and sign == "(" and number in self._ends:
                end = self._ends[number]
                is_of_function = self._after(end) == "{" and self._names_function(number)
                if self._is_arrow(end + 1) or is_of_function:
                    yield from self._pattern(number)

    def _is_arrow(self, number: int) -> bool:
        return self._signs[number : number + 2] == ["=", ">"]

    def _names_function(self, number: int) -> bool:
        """Whether what stands before parentheses and a block is a function, method or catch."""
        before = self._signs[number - 1] if number else ""
        return before not in {"if", "for", "while", "switch", "with", ")"}

    def _pattern(self, number: int) -> Iterator[int]:
        """Names that a pattern or a list of parameters declares."""
        if number >= len(self._signs):
            return
        if number not in self._ends:
            if self._tokens[self._places[number]].kind == "name":
                yield number
            return
        for inner in range(number + 1, self._ends[number]):
            if self._tokens[self._places[inner]].kind != "name":
                continue
            if self._before(inner) in _IN_PATTERN and self._signs[inner] not in WORDS:
                yield inner

    def _is_top(self, number: int) -> bool:
        """Whether nothing is around a declaration but the pattern that it is part of."""
        around = self._around[number]
        if around == -1:
            return True
        outermost = around
        while self._around[outermost] != -1:
            outermost = self._around[outermost]
        return self._signs[outermost - 1] in _DECLARES if outermost else False


def short_names[Key](counts: Counter[Key], taken: Container[str], first: str) -> dict[Key, str]:
    """A short name for each, the shortest for the most frequent; none of those that are taken."""
    free = (name for name in _names(first) if name not in taken and name not in WORDS)
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    return {key: next(free) for key in ranked}


def _names(first: str) -> Iterator[str]:
    yield from first
    for begin in first:
        yield from (begin + end for end in f"{LETTERS}{CAPITALS}0123456789")
    for begin in first:
        yield from (begin + "_" + end + number for end in LETTERS for number in "0123456789")


def is_of_a_browser(name: str) -> bool:
    return name in _BROWSERS or name[0].isupper()


def renamed(
    tokens: Sequence[Token], words: Sequence[Word], names: Mapping[str, str]
) -> list[Token]:
    """The tokens with their names replaced; a shorthand keeps its key."""
    result = list(tokens)
    for word in words:
        new = names.get(word.text)
        if new is None or word.kind == "other":
            continue
        token = result[word.at]
        text = f"{word.text}:{new}" if word.kind == "shorthand" else new
        result[word.at] = Token(NAME, text, token.line, token.depth)
    return result
