"""The OpenAPI document and its page say what the code does."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its stubs are a package of their own
import pytest

from functions.alerts_api.pages.examples import example_of
from functions.alerts_api.route import Access
from functions.alerts_api.schemas.catalogue import OPERATIONS
from functions.alerts_api.schemas.intake import SENDERS_ROUTES
from functions.alerts_api.schemas.sign_in import DOOR_ROUTES
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.errors import TocsinError
from tocsin.domain.ids import AlertId

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def document(anybody: Client) -> dict[str, Any]:
    parsed: dict[str, Any] = anybody.get("/openapi.json").json
    return parsed


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS
            yield method.upper(), path, operation


def references(value: object) -> Iterator[str]:
    match value:
        case {"$ref": str(reference)}:
            yield reference
        case dict():
            for member in value.values():
                yield from references(member)
        case list():
            for member in value:
                yield from references(member)
        case _:
            return


def defaults(schema: object) -> Iterator[tuple[dict[str, Any], object]]:
    if isinstance(schema, dict) and "default" in schema:
        yield {it: value for it, value in schema.items() if it != "default"}, schema["default"]
    members = schema.values() if isinstance(schema, dict) else schema
    for member in members if isinstance(members, Iterable) and not isinstance(schema, str) else ():
        yield from defaults(member)


def test_a_default_may_be_sent_as_it_is_described(document: dict[str, Any]) -> None:
    found = list(defaults(document["components"]))

    assert len(found) > 20
    for schema, default in found:
        whole = {**schema, "components": document["components"]}
        jsonschema.Draft202012Validator(whole).validate(default)


def test_every_route_is_described_and_nothing_else(
    anybody: Client, document: dict[str, Any]
) -> None:
    ours = {(it.method, it.path, it.operation) for it in anybody.api.routes}
    senders = {(method, path, name) for method, path, _, name in SENDERS_ROUTES}
    doors = set(DOOR_ROUTES)
    described = {(method, path, it["operationId"]) for method, path, it in operations(document)}

    assert described == ours | senders | doors
    assert {name for _, _, name in described} == OPERATIONS.keys()


def test_every_route_has_a_name_of_its_own(anybody: Client) -> None:
    names = [route.operation for route in anybody.api.routes]

    assert len(names) == len(set(names))


def test_every_route_names_the_scope_that_it_needs(
    anybody: Client, document: dict[str, Any]
) -> None:
    for route in anybody.api.routes:
        security = document["paths"][route.path][route.method.lower()]["security"]
        match route.access:
            case Access.OPEN:
                assert security == []
            case Access.ANY_KEY:
                assert security == [{"bearer": []}, {"header": []}, {"session": []}]
            case scope:
                assert security == [{"bearer": [scope]}, {"header": [scope]}, {"session": [scope]}]


def test_every_post_with_a_key_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        names = [it["name"] for it in operation.get("parameters", ())]
        changes_something = OPERATIONS[operation["operationId"]].changes_something
        is_expected = method == "POST" and path.startswith("/api/v1/") and changes_something

        assert ("Idempotency-Key" in names) is is_expected


def test_a_body_is_required_where_no_body_is_refused(
    anybody: Client, document: dict[str, Any]
) -> None:
    """Configuration whose fields may all be left out may be left out itself."""
    admin = anybody.with_key("admin")
    admin.send("PUT", "/api/v1/users/bob", body={})

    for method in ("PUT", "PATCH"):
        assert admin.send(method, "/api/v1/users/bob").status == 200
        described = document["paths"]["/api/v1/users/{name}"][method.lower()]
        assert described["requestBody"]["required"] is False
    assert admin.send("PUT", "/api/v1/routes/all").status == 422
    routes = document["paths"]["/api/v1/routes/{name}"]
    assert routes["put"]["requestBody"]["required"] is True


def test_a_limit_of_a_list_counts_its_members(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            if described.get("type") == "array":
                assert not {"minLength", "maxLength"} & described.keys(), f"{name}.{field}"


def test_every_parameter_of_a_path_is_described(document: dict[str, Any]) -> None:
    for _, path, operation in operations(document):
        described = [it["name"] for it in operation.get("parameters", ()) if it["in"] == "path"]

        assert described == re.findall(r"\{(\w+)\}", path)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_field_is_described_or_shown_by_an_example(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    bare = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        if "examples" not in schema
        for field, described in schema.get("properties", {}).items()
        if not says_something(described, schemas)
    ]
    assert bare == []


SAYING = {"description", "examples", "enum", "const", "format", "properties"}


def says_something(schema: dict[str, Any], schemas: dict[str, Any]) -> bool:
    if reference := schema.get("$ref"):
        return says_something(schemas[reference.rpartition("/")[2]], schemas)
    if SAYING & schema.keys() or schema.get("type") == "boolean":
        return True
    inside = [schema[part] for part in ("items", "additionalProperties") if schema.get(part)]
    options = [*inside, *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return any(says_something(it, schemas) for it in options if isinstance(it, dict))


def test_every_operation_has_a_summary_and_its_parameters_a_description(
    document: dict[str, Any],
) -> None:
    for _, path, operation in operations(document):
        assert operation["summary"], path
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], f"{path}: {parameter['name']}"


def test_every_code_is_from_the_closed_list(document: dict[str, Any]) -> None:
    known = {error.code for error in all_errors(TocsinError)}

    for _, _, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert set(answer["description"].split(", ")) <= known


def all_errors(kind: type[TocsinError]) -> Iterator[type[TocsinError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from all_errors(narrower)


BODIES: list[Any] = [
    ({}, "note"),
    ({"note": "x"}, "note"),
    ({"note": None}, "note"),
    ({"note": "x" * 2000}, "note"),
    ({"note": "x" * 2001}, "note"),
    ({"note": 7}, "note"),
    ({"other": 7}, "note"),
    ({}, "notes"),
    ({"note": "x" * 10_000}, "notes"),
    ({"note": "x" * 10_001}, "notes"),
    ({"note": " "}, "notes"),
    ({}, "snooze"),
    ({"duration": "1h"}, "snooze"),
    ({"duration": 60}, "snooze"),
    ({"duration": "60"}, "snooze"),
    ({"duration": "1w"}, "snooze"),
    ({"duration": 1.5}, "snooze"),
    ({"seconds": 60, "sticky_output": True, "sticky_severity": "false"}, "snooze"),
    ({"seconds": 60, "sticky_output": "maybe"}, "snooze"),
    ({"seconds": 60, "duration": "1m"}, "snooze"),
    ({"until": "2026-03-02T00:00:00Z", "reason": "x"}, "snooze"),
    ({"until": 7}, "snooze"),
    ({"duration": "1h", "reason": "x" * 2001}, "snooze"),
    ({"action": "ack", "ids": ["x"]}, "bulk"),
    ({"action": "ack", "ids": []}, "bulk"),
    ({"action": "ack", "ids": ["x"] * 101}, "bulk"),
    ({"action": "ack", "ids": ["x"], "filter": {}}, "bulk"),
    ({"action": "ack", "filter": {"status": "firing", "limit": 5}}, "bulk"),
    ({"action": "wave", "ids": ["x"]}, "bulk"),
    ({"ids": ["x"]}, "bulk"),
]


@pytest.mark.parametrize(
    ("body", "kind"),
    [pytest.param(*case, id=f"{case[1]} {number}") for number, case in enumerate(BODIES)],
)
def test_a_body_is_taken_as_the_document_says(
    client: Client, world: World, document: dict[str, Any], body: dict[str, Any], kind: str
) -> None:
    """The reader is written by hand, its description by pydantic: neither may drift."""
    alert_id: AlertId = world.opened()
    path = {
        "note": "/api/v1/alerts/{alert_id}/ack",
        "notes": "/api/v1/alerts/{alert_id}/notes",
        "snooze": "/api/v1/alerts/{alert_id}/snooze",
        "bulk": "/api/v1/alerts/bulk",
    }[kind]
    content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    schema = {**content["schema"], "components": document["components"]}
    is_described = jsonschema.Draft202012Validator(schema).is_valid(body)

    answer = client.post(path.replace("{alert_id}", alert_id), body)

    assert (answer.status != 422) is is_described


class Checked(HTMLParser):
    """Collects what a page has, and checks that its elements close."""

    VOID = frozenset(("meta", "link", "br"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
            assert not name.startswith("on"), "no script in attributes"
            assert name not in {"style", "src"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def page(anybody: Client) -> Checked:
    checked = Checked()
    checked.feed(anybody.get("/docs").text)
    return checked


def test_the_page_is_whole(page: Checked) -> None:
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


def test_every_link_of_the_page_leads_somewhere(page: Checked) -> None:
    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}

    assert inside <= set(page.ids)
    assert {link for link in page.links if not link.startswith("#")} == {"/openapi.json"}


def test_the_page_shows_every_operation(page: Checked, document: dict[str, Any]) -> None:
    assert {it["operationId"] for _, _, it in operations(document)} <= set(page.ids)


def test_the_page_fetches_nothing_and_runs_nothing(anybody: Client, page: Checked) -> None:
    policy = anybody.get("/docs").headers["content-security-policy"]

    assert not page.tags & {"script", "img", "iframe", "link", "object", "form"}
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_page_can_be_walked_without_sight(page: Checked) -> None:
    assert {"header", "nav", "main", "h1", "h2", "h3", "h4"} <= page.tags
    assert page.links[0] == "#content"


def test_every_example_of_a_body_or_an_answer_is_one(document: dict[str, Any]) -> None:
    components = document["components"]
    shown = [
        part["content"]["application/json"]["schema"]
        for _, _, operation in operations(document)
        for status, part in ((0, operation.get("requestBody", {})), *operation["responses"].items())
        if int(status) < 400 and "application/json" in part.get("content", {})
    ]

    assert len(shown) > len(OPERATIONS)
    for schema in shown:
        whole = {**schema, "components": components}
        jsonschema.Draft202012Validator(whole).validate(example_of(schema, components["schemas"]))
