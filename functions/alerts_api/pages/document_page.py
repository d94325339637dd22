"""The OpenAPI document as one page: no script, nothing fetched, readable by everybody."""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from functions.alerts_api.pages.examples import example_of
from functions.alerts_api.pages.schema_tables import field_table, prose, type_words

STYLE: Final = (Path(__file__).parent / "document_page.css").read_text(encoding="utf-8")
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
    def badge(self) -> str:
        """The method, never by its colour alone."""
        return f'<span class="method {self.method.lower()}">{self.method}</span>'

    @property
    def title(self) -> str:
        """Method and path."""
        return f"{self.badge} <code>{escape(self.path)}</code>"


def show_document_page(document: Mapping[str, Any]) -> str:
    """Write the page."""
    components = document["components"]["schemas"]
    by_tag: defaultdict[str, list[_Entry]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            entry = _Entry(method.upper(), path, described, components)
            by_tag[described["tags"][0]].append(entry)
    title = f"{escape(document['info']['title'])} API"
    parts = (
        f"<title>{title}</title><style>{STYLE}</style></head><body>",
        '<a class="skip" href="#content">Skip to the content</a>',
        f"<header><h1>{title}</h1><p>Version {escape(document['info']['version'])}",
        ' · <a href="/openapi.json">openapi.json</a></p></header>',
        f'<nav aria-label="Operations">{_contents(by_tag)}</nav>',
        '<main id="content" tabindex="-1"><section><h2 id="about">How it works</h2>',
        f"{prose(document['info']['description'])}{_credentials()}</section>",
        *(_section(tag, entries) for tag, entries in by_tag.items()),
        _models(components),
        "</main></body></html>",
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">' + "".join(parts)
    )


def _contents(by_tag: Mapping[str, Iterable[_Entry]]) -> str:
    parts = ['<ul><li><a href="#about">How it works</a></li></ul>']
    for tag, entries in by_tag.items():
        links = "".join(
            f'<li><a href="#{it.name}">{it.badge} {escape(it.described["summary"])}</a></li>'
            for it in entries
        )
        parts.append(f"<h2>{escape(tag)}</h2><ul>{links}</ul>")
    parts.append('<ul><li><a href="#schemas">Schemas</a></li></ul>')
    return "".join(parts)


def _credentials() -> str:
    example = f"curl {_WITH_KEY} $URL/api/v1/me"
    return (
        "<p>A key comes in a header, <code>Authorization: Bearer …</code> or "
        "<code>X-API-Key: …</code>, and grants what its scopes say. In the examples "
        f"<code>$URL</code> is this host and <code>$KEY</code> your key.</p>{_code(example)}"
    )


def _section(tag: str, entries: Iterable[_Entry]) -> str:
    return (
        f'<section><h2 id="{_anchor(tag)}">{escape(tag)}</h2>'
        f"{''.join(_operation(entry) for entry in entries)}</section>"
    )


def _operation(entry: _Entry) -> str:
    described = entry.described
    parts = (
        f'<article aria-labelledby="{entry.name}"><h3 id="{entry.name}">{entry.title}</h3>',
        f'<p class="lead">{escape(described["summary"])}</p>',
        prose(described.get("description", "")),
        f"<p>{_needs(described)}</p>",
        _parameters(described.get("parameters", ())),
        _body(entry),
        f"<h4>Example</h4>{_code(_curl(entry))}",
        f"<h4>Answers</h4>{''.join(_answer(entry, *it) for it in described['responses'].items())}",
        "</article>",
    )
    return "".join(parts)


def _needs(described: Mapping[str, Any]) -> str:
    if not described["security"]:
        return "Needs no key."
    scopes = described["security"][0]["bearer"]
    if not scopes:
        return "Needs a key, with any scope or none."
    return f"Needs a key with the scope <code>{escape(scopes[0])}</code>."


def _parameters(parameters: Iterable[Mapping[str, Any]]) -> str:
    rows = "".join(
        f'<tr><th scope="row"><code>{escape(it["name"])}</code></th>'
        f"<td>{escape(it['in'])}</td><td>{type_words(it['schema'])}</td>"
        f"<td>{escape(it['description'])}</td></tr>"
        for it in parameters
    )
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{it}</th>' for it in ("Name", "In", "Type", "Meaning"))
    return (
        '<h4>Parameters</h4><div class="wide" role="region" aria-label="Parameters" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _body(entry: _Entry) -> str:
    body = entry.described.get("requestBody")
    if body is None:
        return ""
    schema = body["content"]["application/json"]["schema"]
    needed = "" if body["required"] else " (may be left out)"
    return f"<h4>Body{needed}</h4>{field_table(_resolved(schema, entry.components), 'Body')}"


def _curl(entry: _Entry) -> str:
    lines = [f"curl -X {entry.method}" if entry.method not in ("GET", "POST") else "curl"]
    if entry.described["security"]:
        lines.append(_WITH_KEY)
    body = entry.described.get("requestBody")
    if body is not None:
        example = example_of(body["content"]["application/json"]["schema"], entry.components)
        written = json.dumps(example, ensure_ascii=False).replace("'", "'\\''")
        lines += ['-H "Content-Type: application/json"', f"-d '{written}'"]
    elif entry.method == "POST":
        lines[0] = "curl -X POST"
    lines.append(f'"$URL{entry.path}"')
    return " \\\n  ".join(lines)


def _answer(entry: _Entry, status: str, answer: Mapping[str, Any]) -> str:
    phrase = f"<b>{status}</b> {HTTPStatus(int(status)).phrase}"
    content = answer.get("content", {}).get("application/json")
    if int(status) >= HTTPStatus.BAD_REQUEST:
        codes = ", ".join(f"<code>{escape(it)}</code>" for it in answer["description"].split(", "))
        return f'<p class="answer refusal">{phrase}: {codes}</p>'
    if content is None:
        return f'<p class="answer">{phrase}</p>'
    example = json.dumps(
        example_of(content["schema"], entry.components), indent=2, ensure_ascii=False
    )
    return (
        f'<details class="answer"><summary>{phrase}: {type_words(content["schema"])}</summary>'
        f"{_code(example)}</details>"
    )


def _models(components: Mapping[str, Any]) -> str:
    parts = []
    for name, schema in sorted(components.items()):
        anchor = f"schema-{_anchor(name)}"
        shown = field_table(schema, name) if "properties" in schema else type_words(schema)
        parts.append(
            f'<article aria-labelledby="{anchor}"><h3 id="{anchor}">{escape(name)}</h3>'
            f"{prose(schema.get('description', ''))}{shown}</article>"
        )
    return f'<section><h2 id="schemas">Schemas</h2>{"".join(parts)}</section>'


def _resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    resolved: Mapping[str, Any] = components[schema["$ref"].rpartition("/")[2]]
    return resolved


def _code(text: str) -> str:
    return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'


def _anchor(text: str) -> str:
    return escape(text.replace(" ", "-"))
