"""A sender's links: runbook and dashboard by their key, and all others with their host."""

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from tocsin.domain.sender_text import NAME_SHOWN, one_line
from tocsin.domain.signal import Facts

_RUNBOOK_KEYS: Final = ("runbook", "runbookurl", "runbooklink", "playbook", "playbookurl")
_DASHBOARD_KEYS: Final = (
    *("dashboard", "dashboardurl", "dashboardlink", "panel", "panelurl"),
    *("graph", "graphurl", "generator", "generatorurl"),
)
"""The first that a sender gives is taken."""
_URL_LIMIT: Final = 2_000
"""Characters; mail programs and SMS break longer ones."""


class NamedLink(NamedTuple):
    """A sender's link; a sender chooses its name, so the host is shown too."""

    name: str
    url: str
    host: str


class AlertLinks(NamedTuple):
    runbook: str | None
    dashboard: str | None
    more: tuple[NamedLink, ...]


def links_of(facts: Facts) -> AlertLinks:
    """Sort the links of an alert; what is no plain http or https link is left out."""
    named = {key: url for key, url in facts.urls.items() if host_of(url)}
    in_labels = {key: url for key, url in facts.labels.items() if host_of(url)}
    candidates = {**in_labels, **named}
    runbook = _first(candidates, _RUNBOOK_KEYS)
    dashboard = _first(candidates, _DASHBOARD_KEYS)
    more = {
        url: NamedLink(one_line(key, NAME_SHOWN), url, host)
        for key, url in named.items()
        if url not in {runbook, dashboard} and (host := host_of(url))
    }
    return AlertLinks(runbook, dashboard, tuple(more.values()))


def host_of(url: str) -> str | None:
    """The host that a link leads to; None if it may not be shown as a link.

    Browsers read a backslash as a slash, and what stands before an @ as a user.
    """
    if len(url) > _URL_LIMIT or not url.isprintable() or any(it in url for it in '\\ <>"'):
        return None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return host


def _first(links: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    by_key = {_plain(key): url for key, url in reversed(list(links.items()))}
    return next((by_key[key] for key in keys if key in by_key), None)


def _plain(key: str) -> str:
    return "".join(letter for letter in key.casefold() if letter.isalnum())
