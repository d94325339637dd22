"""A timeline as Markdown, read by a Markdown parser of its own."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from functions.alerts_api import timeline_markdown
from functions.alerts_api.timeline_markdown import escaped
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.sender_text import one_line
from tocsin.domain.signal import Facts

PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})


def shown(markdown: str) -> list[tuple[str, str]]:
    """The kind and the plain text of each block."""
    blocks, kinds = [], []
    for token in PARSER.parse(markdown):
        if token.nesting == 1:
            kinds.append(token.type.removesuffix("_open"))
        elif token.nesting == -1:
            kinds.pop()
        elif token.type == "inline":
            assert {it.type for it in token.children or ()} <= {
                "text",
                "text_special",
                "strong_open",
                "strong_close",
            }
            blocks.append((kinds[0], "".join(it.content for it in token.children or ())))
        else:
            blocks.append((token.type, token.content))
    return blocks


@given(st.text())
@example("# no heading")
@example("- no list")
@example("1. no list")
@example("12) no list")
@example("<script>alert(1)</script>")
@example("![a](https://example.com/a.png) [b]: x `c` **d** ~~e~~ | f | &amp; <!-- g -->")
@example("---")
@example("a\\*b")
def test_a_text_means_nothing_in_markdown(text: str) -> None:
    line = one_line(text, 500)

    assert shown(escaped(text)) == ([("paragraph", line)] if line else [])
    if line:
        assert shown(f"- {escaped(text)}") == [("bullet_list", line)]


def test_the_document_has_facts_and_what_happened(client: Client, world: World) -> None:
    alert_id = world.signal(
        "api", facts=Facts(name="API *down*", summary="API *down*", reason="503 from /health")
    ).alert_id
    path = f"/api/v1/alerts/{alert_id}"
    world.pass_time(minutes=3)
    client.post(f"{path}/ack", {"note": "Investigating"})
    world.pass_time(minutes=3)
    client.post(f"{path}/resolve", {"note": "Rolled back."})

    answer = client.get(f"{path}/timeline", format="markdown", time_zone="Europe/Paris")

    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert shown(answer.text) == [
        ("heading", "API *down*"),
        ("bullet_list", f"Alert: {alert_id}, resolved, critical"),
        ("bullet_list", "Integration: prod-prometheus"),
        ("bullet_list", "Began: 2026-03-01 10:00:00"),
        ("bullet_list", "Acknowledged: 2026-03-01 10:03:00 by Alice, after 3 min"),
        ("bullet_list", "Resolved: 2026-03-01 10:06:00 by Alice, after 6 min"),
        ("blockquote", "503 from /health"),
        ("heading", "Timeline"),
        ("paragraph", "Times are in Europe/Paris."),
        ("bullet_list", "2026-03-01 10:00:00 It began"),
        ("bullet_list", "2026-03-01 10:03:00 Alice acknowledged: Investigating"),
        ("bullet_list", "2026-03-01 10:06:00 Alice resolved it: Rolled back."),
    ]


def test_the_whole_timeline_is_in_one_answer(client: Client, world: World) -> None:
    alert_id = world.opened()
    for number in range(timeline_markdown.PAGE + 1):
        world.note(alert_id, f"note {number}")

    text = client.get(f"/api/v1/alerts/{alert_id}/timeline", format="markdown").text

    assert f"note {timeline_markdown.PAGE}" in text


def test_a_timeline_that_is_longer_than_an_answer_says_so(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_id = world.opened()
    world.note(alert_id, "one")
    world.note(alert_id, "two")
    monkeypatch.setattr(timeline_markdown, "PAGE", 1)
    monkeypatch.setattr(timeline_markdown, "PAGES", 2)

    text = client.get(f"/api/v1/alerts/{alert_id}/timeline", format="markdown").text

    assert "and more" in text
    assert "two" not in text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"format": "pdf"}, "format"),
        ({"format": "markdown", "time_zone": "Paris"}, "time_zone"),
        ({"format": "markdown", "time_zone": "../etc/passwd"}, "time_zone"),
    ],
)
def test_another_format_and_an_unknown_zone_are_refused(
    client: Client, world: World, query: dict[str, str], field: str
) -> None:
    answer = client.get(f"/api/v1/alerts/{world.opened()}/timeline", **query)

    assert answer.status == 422
    assert answer.wrong_fields == [field]


def test_no_alert_has_no_markdown(client: Client) -> None:
    answer = client.get("/api/v1/alerts/01KJM5ZZ00DRQ5V1N9YH3KW2TB/timeline", format="markdown")

    assert (answer.status, answer.code) == (404, "alert_not_found")
