"""Texts that would act if a page took them for anything but text: put into every field there is.

Each one that runs calls `pwned(…)`, opens a dialog, makes a request to `pwned.example`, or leaves
an element that `REMAINS` finds. Names of users and objects have letters only, so they are spared.
"""

from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any, Final

BAIT_HOST: Final = "pwned.example"
BAITS: Final = (
    "<script>pwned('script')</script>",
    "<img src=x onerror=pwned('img')>",
    "<svg/onload=pwned('svg')>",
    "<svg><animate onbegin=pwned('animate') attributeName=x dur=1s>",
    "\"><img src=x onerror=pwned('quote')>",
    "'><img src=x onerror=pwned('apostrophe')>",
    "' autofocus onfocus=pwned('focus') x='",
    "</textarea><script>pwned('textarea')</script>",
    "</title><script>pwned('title')</script>",
    "</pre><img src=x onerror=pwned('pre')>",
    "<iframe srcdoc=\"<script>parent.pwned('iframe')</script>\"></iframe>",
    "<a href=javascript:pwned('a')>press</a>",
    "<form action=javascript:pwned('form')><button>press</button></form>",
    "<meta http-equiv=refresh content=0;url=https://pwned.example/>",
    "<link rel=stylesheet href=https://pwned.example/x.css>",
    "<base href=https://pwned.example/>",
    "<style>body{display:none}</style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=pwned('math')>",
    "<details open ontoggle=pwned('toggle')>",
    "${pwned('template')}",
    "{{constructor.constructor('pwned()')()}}",
    "<!--<img src='--><img src=x onerror=pwned(1)>'>",
    "&lt;img src=x onerror=pwned('entity')&gt;",
    "\u202egnp.exe <img src=x onerror=pwned('bidi')>",
    "javascript:pwned('url')",
    "__proto__",
    "constructor",
    '=HYPERLINK("https://pwned.example";"press")',
)
LINKS: Final = (
    "javascript:pwned('link')",
    "JaVaScRiPt:pwned('link')",
    "java\tscript:pwned('link')",
    " javascript:pwned('link')",
    "data:text/html,<script>pwned('data')</script>",
    "vbscript:pwned('vb')",
    "//pwned.example/",
    "blob:https://pwned.example/1",
    "file:///etc/passwd",
)
HARMLESS_LINK: Final = "https://example.com/?q=<script>pwned('query')</script>"
CATCHING: Final = (
    "window.caught = []; window.pwned = (what) => window.caught.push(String(what));"
    "for (const it of ['alert', 'confirm', 'prompt', 'print']) window[it] = () => pwned(it);"
    "document.addEventListener('securitypolicyviolation', (it) =>"
    " window.caught.push('policy: ' + it.violatedDirective + ' ' + it.blockedURI));"
)
"""Added to a page before its own scripts."""
REMAINS: Final = (
    "main [onerror], main [onload], main [onfocus], main [ontoggle], main [onbegin],"
    " main img[src='x'], main iframe, main script, main style, main base, main meta,"
    " main link, main math, main animate, form[action*='javascript']"
)
"""Elements that only a bait can have made."""
FOUND: Final = f"""() => [
  ...window.caught,
  ...[...document.querySelectorAll(`{REMAINS}`)].map((it) => it.outerHTML.slice(0, 200)),
  ...[...document.querySelectorAll("a[href]")]
    .filter((it) => it.hostname === "{BAIT_HOST}"
      || !["http:", "https:", "mailto:"].includes(it.protocol))
    .map((it) => it.href),
]"""
"""What acted, is there, or leads somewhere; run in the page, with `CATCHING` before it."""


def kept(bait: str) -> str:
    """What is left of a bait once stored: marks that turn the writing round are not."""
    return bait.lstrip("\u202e")


def hostile_signals() -> Iterator[Mapping[str, Any]]:
    """Bodies for an integration of type `rest`: each bait in each field once."""
    others = cycle(BAITS[7:] + BAITS[:7])
    for number, bait in enumerate(BAITS):
        labels = {f"label {other}"[:60]: other for other in (next(others), next(others))}
        yield {
            "dedup_key": f"hostile {number} {bait}",
            "name": bait,
            "summary": f"{bait} {next(others)}",
            "reason": f"{bait}\n{next(others)}",
            "severity": ("critical", "warning", "info")[number % 3],
            "object": bait,
            "source": bait,
            "source_name": bait,
            "rule_name": bait,
            "monitor_name": bait,
            "current_value": bait,
            "threshold": bait,
            "operator": bait[:20],
            "window": bait[:20],
            "labels": {**labels, "service": bait},
            "urls": {
                bait[:40]: LINKS[number % len(LINKS)],
                f"Runbook {bait}"[:60]: HARMLESS_LINK,
            },
        }
