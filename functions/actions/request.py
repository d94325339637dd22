"""A request of a link or a button."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

from tocsin.lambda_runtime import http

FIELDS_LIMIT: Final = 20
FORM_LIMIT_BYTES: Final = 1_024
_OWN_SITE: Final = frozenset(("same-origin", "none"))


@dataclass(frozen=True, kw_only=True)
class Request(http.Request):
    facts: dict[str, object] = field(default_factory=dict)
    """For the log; never the token, nor a path that holds one."""

    @property
    def segments(self) -> list[str]:
        """The path's parts; none of ours needs escaping."""
        return str(self.event["rawPath"]).strip("/").split("/")

    def is_foreign(self, public_url: str) -> bool:
        """Whether a browser reports that the request comes from another site.

        Browsers send the origin `null` with our own form, since the page forbids referrers.
        """
        if self.headers.get("sec-fetch-site", "none").lower() not in _OWN_SITE:
            return True
        origin = self.headers.get("origin", "null").lower()
        own = {"null", f"https://{self.host}".lower()}
        if public_url:
            parts = urlsplit(public_url)
            own.add(f"{parts.scheme}://{parts.netloc}".lower())
        return origin not in own


def form_value(body: bytes, name: str) -> str | None:
    """Read one field of a form; None if it is missing or repeated, or the body is no form."""
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=FIELDS_LIMIT)
    except ValueError:
        return None
    values = fields.get(name, ())
    return values[0] if len(values) == 1 else None
