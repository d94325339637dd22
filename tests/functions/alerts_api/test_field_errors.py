"""Mistakes in bodies, said in our words: each field of each body, with each wrong value."""

import copy
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema  # type: ignore[import-untyped]  # its stubs are a package of their own
import pytest

from functions.alerts_api.pages.examples import example_of
from functions.alerts_api.schemas.document import build_document
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, request_event
from tests.openapi.whole_api import KEY, WholeApi
from tocsin.bodies.field_errors import PATTERNS

WRONG: Final[Mapping[str, object]] = {
    "null": None,
    "a flag": True,
    "a number": -7,
    "a large number": 10**30,
    "a broken number": 1.5,
    "no text": "",
    "a blank": " ",
    "a word": "Zzz zzz!",
    "a long text": "a" * 20_000,
    "an empty list": [],
    "a list": ["Zzz zzz!"],
    "a list of lists": [[[]]],
    "a long list": ["a"] * 2_000,
    "an empty object": {},
    "an object": {"zzz": {"zzz": 7}},
}
LIBRARY: Final = re.compile(
    r"extra inputs|input should|should (match|have|be)\b|instance of|validation|unable to parse"
    r"|valid (string|integer|number|dictionary|list|boolean|enum|tuple)|field required|dictionar"
    r"|value error|assertion|pydantic|none_required|nonetype|regular expression|\^\[|boolean\b"
    r"|traceback|literal",
    re.IGNORECASE,
)
"""How pydantic speaks, and Python."""
DEEPEST: Final = 6
_DOCUMENT: Final = build_document(Client.of(World()).api.routes)
_COMPONENTS: Final = _DOCUMENT["components"]["schemas"]

type Place = tuple[str | int, ...]


def bodies(*, only_closed: bool = False) -> Iterator[Any]:
    """Of each operation; `only_closed`: those that take no other field."""
    for path, methods in _DOCUMENT["paths"].items():
        for method, described in methods.items():
            is_ours = path.startswith("/api/v1/") and not path.endswith(("/try", "/events"))
            if is_ours and "requestBody" in described:
                schema = described["requestBody"]["content"]["application/json"]["schema"]
                name = described["operationId"]
                if only_closed and resolved(schema).get("additionalProperties") is not False:
                    continue
                yield pytest.param(method.upper(), path, schema, id=name)


@pytest.fixture(scope="module")
def whole_api() -> WholeApi:
    """With what the examples name."""
    api = WholeApi()
    for path, body in (("channels/ops-hook", {"type": "console"}), ("users/alice", {})):
        assert send(api, "PUT", f"/api/v1/{path}", body)[0] < 300
    return api


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        return resolved(_COMPONENTS[schema["$ref"].rpartition("/")[2]])
    for option in schema.get("anyOf", ()):
        if "$ref" in option or "properties" in option:
            return resolved(option)
    return schema


def places(
    schema: Mapping[str, Any], above: Place = ()
) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Each field of a schema, and the first member of each list, with their schemas."""
    schema = resolved(schema)
    if len(above) > DEEPEST:
        return
    for name, member in schema.get("properties", {}).items():
        yield (*above, name), member
        yield from places(member, (*above, name))
    for option in (schema, *schema.get("anyOf", ())):
        if "items" in option:
            yield (*above, 0), option["items"]
            yield from places(option["items"], (*above, 0))


def fits(value: object, schema: Mapping[str, Any]) -> bool:
    """Whether the document allows it there; what is left out for null is no mistake."""
    whole = {**schema, "components": _DOCUMENT["components"]}
    return value is None or jsonschema.Draft202012Validator(whole).is_valid(value)


def whole_example(schema: Mapping[str, Any]) -> dict[str, Any]:
    example = example_of(schema, _COMPONENTS)
    return dict(example) if isinstance(example, dict) else {}


def with_value(body: dict[str, Any], place: Place, value: object) -> dict[str, Any]:
    changed: Any = copy.deepcopy(body)
    holder = changed
    for part, following in itertools.pairwise(place):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(part, int):
            if not holder or not isinstance(holder[part], type(empty)):
                holder[:1] = [empty]
        elif not isinstance(holder.get(part), type(empty)):
            holder[part] = empty
        holder = holder[part]
    if isinstance(place[-1], int):
        holder[:1] = [value]
    else:
        holder[place[-1]] = value
    return dict(changed)


def written(place: Place) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def send(api: WholeApi, method: str, path: str, body: object) -> tuple[int, dict[str, Any]]:
    known = api.known(method, path)
    for name, value in known.items():
        path = path.replace(f"{{{name}}}", value)
    headers = {"authorization": f"Bearer {KEY}"}
    answer = api.answer(request_event(method, path, body=body, query="", headers=headers))
    is_plain = answer.get("body") and not answer.get("isBase64Encoded")
    return answer["statusCode"], json.loads(answer["body"]) if is_plain else {}


def names(field: str, place: str) -> bool:
    """Whether a problem's field is this one, a part of it, or the object that it is in."""
    fields = field.split(" | ")
    return any(it == "body" or it.startswith(place) or place.startswith(it) for it in fields)


@pytest.mark.parametrize(("method", "path", "schema"), [*bodies()])
def test_each_wrong_value_is_refused_in_our_words_with_its_place(
    whole_api: WholeApi, method: str, path: str, schema: Mapping[str, Any]
) -> None:
    body = whole_example(schema)
    refused = 0
    for place, member in places(schema):
        for kind, value in WRONG.items():
            sent = with_value(body, place, value)
            status, answer = send(whole_api, method, path, sent)
            assert status < 500, (place, kind)
            if status != 422:
                continue
            refused += 1
            details = answer["error"]["details"]
            problems = [(it["field"], it["problem"]) for it in details]
            is_named = any(names(field, written(place)) for field, _ in problems)
            assert is_named or fits(value, member), (place, kind, problems)
            for field, problem in problems:
                assert problem.strip(), (place, kind)
                assert not LIBRARY.search(problem), (place, kind, field, problem)

    assert refused >= len(list(places(schema)))


@pytest.mark.parametrize(("method", "path", "schema"), [*bodies(only_closed=True)])
def test_a_misspelt_field_of_the_configuration_is_named_with_what_was_meant(
    whole_api: WholeApi, method: str, path: str, schema: Mapping[str, Any]
) -> None:
    body = whole_example(schema)
    for name in resolved(schema)["properties"]:
        misspelt = f"{name[:2]}{name[3:]}" if len(name) > 3 else f"{name}{name[-1]}"
        status, answer = send(whole_api, method, path, {**body, misspelt: 1})

        assert status == 422
        problems = {it["field"]: it["problem"] for it in answer["error"]["details"]}
        assert problems[misspelt].startswith("is no field here; did you mean ")


def test_each_pattern_has_words() -> None:
    def patterns(value: object) -> Iterator[str]:
        match value:
            case dict():
                if isinstance(value.get("pattern"), str):
                    yield value["pattern"]
                for member in value.values():
                    yield from patterns(member)
            case list():
                for member in value:
                    yield from patterns(member)
            case _:
                return

    found = {
        pattern
        for case in bodies()
        for reference in (case.values[2],)
        for pattern in patterns(resolved(reference))
    }

    assert found
    assert found <= PATTERNS.keys()


@pytest.mark.parametrize(
    ("path", "body", "field", "problem"),
    [
        (
            "users/bob",
            {"mail": "bob@example.com"},
            "mail",
            "is no field here; did you mean email?",
        ),
        (
            "users/bob",
            {"phone": "0151 2345678"},
            "phone",
            "must be + and digits, with the country, such as +4915112345678",
        ),
        (
            "escalation-policies/p",
            {"steps": []},
            "steps",
            "needs at least one step",
        ),
        (
            "escalation-policies/p",
            {"steps": [{"targets": ["bob"], "delay": "5m"}]},
            "steps[0].targets[0]",
            'must be an object with user, channel or schedule, such as {"user": "alice"}',
        ),
        (
            "users/bob",
            {"notify": [{"by": "mail"}]},
            "notify[0].by",
            "must be email, sms, slack or push; did you mean email?",
        ),
        (
            "heartbeats/b",
            {"period": "1h", "grace": "soon"},
            "grace",
            "must be whole seconds or a duration such as 90s, 5m, 2h, 3d",
        ),
        (
            "escalation-policies/p",
            {"steps": [], "repeat": 99},
            "repeat",
            "must be a whole number from 0 to 10",
        ),
    ],
)
def test_a_problem_says_what_is_right(
    editor: Client, path: str, body: object, field: str, problem: str
) -> None:
    answer = editor.send("PUT", f"/api/v1/{path}", body=body)

    said = {it["field"]: it["problem"] for it in answer.json["error"]["details"]}
    assert said[field] == problem


def test_each_type_of_integration_is_named(editor: Client) -> None:
    answer = editor.send("PUT", "/api/v1/integrations/a", body={"type": "alert-manager"})

    (problem,) = [it["problem"] for it in answer.json["error"]["details"]]
    types = _COMPONENTS["IntegrationType"]["enum"]
    assert all(type_ in problem for type_ in types)
    assert problem.endswith("; did you mean alertmanager?")
