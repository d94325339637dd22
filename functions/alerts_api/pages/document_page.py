"""The OpenAPI document as one page: no script, nothing fetched, readable by everybody."""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from functions.alerts_api.pages.examples import example_of
from functions.alerts_api.pages.schema_tables import field_table, prose, table, type_words

STYLE: Final = Markup((Path(__file__).parent / "document_page.css").read_text(encoding="utf-8"))  # noqa: S704 - our own
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_WITH_KEY: Final = '-H "Authorization: Bearer $KEY"'


@dataclass(frozen=True, slots=True)
class _Entry:
    """One operation, with the schemas that it may refer to."""

    method: str
    path: str
    described: Mapping[str, Any]
    components: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.described["operationId"])

    @property
    def badge(self) -> Markup:
        """The method, never by its colour alone."""
        badge = Markup('<span class="method {}">{}</span>')
        return badge.format(self.method.lower(), self.method)

    @property
    def title(self) -> Markup:
        return Markup("{} <code>{}</code>").format(self.badge, self.path)


def show_document_page(document: Mapping[str, Any]) -> str:
    components = document["components"]["schemas"]
    by_tag: defaultdict[str, list[_Entry]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            entry = _Entry(method.upper(), path, described, components)
            by_tag[described["tags"][0]].append(entry)
    return Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{title}</title><style>{style}</style></head><body>"
        '<a class="skip" href="#content">Skip to the content</a>'
        "<header><h1>{title}</h1><p>Version {version}"
        ' · <a href="/openapi.json">openapi.json</a></p></header>'
        '<nav aria-label="Operations">{contents}</nav>'
        '<main id="content" tabindex="-1"><section><h2 id="about">How it works</h2>'
        "{description}{credentials}</section>{sections}{models}</main></body></html>"
    ).format(
        title=f"{document['info']['title']} API",
        style=STYLE,
        version=document["info"]["version"],
        contents=_contents(by_tag),
        description=prose(document["info"]["description"]),
        credentials=_credentials(),
        sections=_joined(_section(tag, entries) for tag, entries in by_tag.items()),
        models=_models(components),
    )


def _contents(by_tag: Mapping[str, Iterable[_Entry]]) -> Markup:
    link = Markup('<li><a href="#{}">{} {}</a></li>')
    parts = [Markup('<ul><li><a href="#about">How it works</a></li></ul>')]
    for tag, entries in by_tag.items():
        links = _joined(link.format(it.name, it.badge, it.described["summary"]) for it in entries)
        parts.append(Markup("<h2>{}</h2><ul>{}</ul>").format(tag, links))
    parts.append(Markup('<ul><li><a href="#schemas">Schemas</a></li></ul>'))
    return _joined(parts)


def _credentials() -> Markup:
    return Markup(
        "<p>A key comes in a header, <code>Authorization: Bearer …</code> or "
        "<code>X-API-Key: …</code>, and grants what its scopes say. In the examples "
        "<code>$URL</code> is this host and <code>$KEY</code> your key.</p>{}"
    ).format(_code(f"curl {_WITH_KEY} $URL/api/v1/me"))


def _section(tag: str, entries: Iterable[_Entry]) -> Markup:
    return Markup('<section><h2 id="{}">{}</h2>{}</section>').format(
        _anchor(tag), tag, _joined(_operation(entry) for entry in entries)
    )


def _operation(entry: _Entry) -> Markup:
    described = entry.described
    return Markup(
        '<article aria-labelledby="{name}"><h3 id="{name}">{title}</h3>'
        '<p class="lead">{summary}</p>{description}<p>{needs}</p>{parameters}{body}'
        "<h4>Example</h4>{example}<h4>Answers</h4>{answers}</article>"
    ).format(
        name=entry.name,
        title=entry.title,
        summary=described["summary"],
        description=prose(described.get("description", "")),
        needs=_needs(described),
        parameters=_parameters(described.get("parameters", ())),
        body=_body(entry),
        example=_code(_curl(entry)),
        answers=_joined(_answer(entry, *it) for it in described["responses"].items()),
    )


def _needs(described: Mapping[str, Any]) -> str:
    if not described["security"]:
        return "Needs no key."
    scopes = described["security"][0]["bearer"]
    if not scopes:
        return "Needs a key, with any scope or none."
    return Markup("Needs a key with the scope <code>{}</code>.").format(scopes[0])


def _parameters(parameters: Sequence[Mapping[str, Any]]) -> Markup:
    if not parameters:
        return Markup("")
    row = Markup('<tr><th scope="row"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>')
    rows = (
        row.format(it["name"], it["in"], type_words(it["schema"]), it["description"])
        for it in parameters
    )
    columns = ("Name", "In", "Type", "Meaning")
    return Markup("<h4>Parameters</h4>{}").format(table("Parameters", columns, rows))


def _body(entry: _Entry) -> Markup:
    body = entry.described.get("requestBody")
    if body is None:
        return Markup("")
    schema = body["content"]["application/json"]["schema"]
    needed = "" if body["required"] else " (may be left out)"
    fields = field_table(_resolved(schema, entry.components), "Body")
    return Markup("<h4>Body{}</h4>{}").format(needed, fields)


def _path(entry: _Entry) -> str:
    """With the examples of its parameters: curl reads braces as a pattern of its own."""
    path = entry.path
    for it in entry.described.get("parameters", ()):
        if it["in"] == "path":
            path = path.replace(f"{{{it['name']}}}", it["schema"]["examples"][0])
    return path


def _curl(entry: _Entry) -> str:
    lines = [f"curl -X {entry.method}" if entry.method not in ("GET", "POST") else "curl"]
    if entry.described["security"]:
        lines.append(_WITH_KEY)
    if any(it["name"] == "Origin" for it in entry.described.get("parameters", ())):
        lines.append('-H "Origin: $URL"')
    body = entry.described.get("requestBody")
    if body is not None:
        example = example_of(body["content"]["application/json"]["schema"], entry.components)
        written = json.dumps(example, ensure_ascii=False).replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{written}'"]
    elif entry.method == "POST":
        lines[0] = "curl -X POST"
    lines.append(f'"$URL{_path(entry)}"')
    return " \\\n  ".join(lines)


def _answer(entry: _Entry, status: str, answer: Mapping[str, Any]) -> Markup:
    phrase = Markup("<b>{}</b> {}").format(status, HTTPStatus(int(status)).phrase)
    content = answer.get("content", {}).get("application/json")
    if int(status) >= HTTPStatus.BAD_REQUEST:
        code, codes = Markup("<code>{}</code>"), answer["description"].split(", ")
        shown = Markup(", ").join(code.format(it) for it in codes)
        return Markup('<p class="answer refusal">{}: {}</p>').format(phrase, shown)
    if content is None:
        return Markup('<p class="answer">{}</p>').format(phrase)
    example = json.dumps(
        example_of(content["schema"], entry.components), indent=2, ensure_ascii=False
    )
    return Markup('<details class="answer"><summary>{}: {}</summary>{}</details>').format(
        phrase, type_words(content["schema"]), _code(example)
    )


def _models(components: Mapping[str, Any]) -> Markup:
    article = Markup('<article aria-labelledby="{0}"><h3 id="{0}">{1}</h3>{2}{3}</article>')
    parts = []
    for name, schema in sorted(components.items()):
        anchor = f"schema-{_anchor(name)}"
        shown = field_table(schema, name) if "properties" in schema else type_words(schema)
        parts.append(article.format(anchor, name, prose(schema.get("description", "")), shown))
    return Markup('<section><h2 id="schemas">Schemas</h2>{}</section>').format(_joined(parts))


def _resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    resolved: Mapping[str, Any] = components[schema["$ref"].rpartition("/")[2]]
    return resolved


def _code(text: str) -> Markup:
    return Markup('<pre tabindex="0"><code>{}</code></pre>').format(text)


def _anchor(text: str) -> str:
    return text.replace(" ", "-")


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
