"""Endpoints of other products: one module a product, loaded when its first request comes.

A module has one name that others use, `PRODUCT`. How to add one: docs/senders.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.authentication import admit_elsewhere
from functions.ingest.intake import take_in_entries
from functions.ingest.request_and_answer import Intake, Taken
from functions.ingest.senders import Entry
from functions.ingest.senders.reading.fields import kind_of
from tocsin.domain.errors import IntegrationNotFoundError, MalformedInputError, TocsinError
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.ingest.ports import Ports
    from functions.ingest.request_and_answer import Request
    from tocsin.domain.integration import Integration


@dataclass(frozen=True, kw_only=True)
class CompatCall:
    request: Request
    path: str
    """At the root or below the token: begins with one of the product's paths, no slash around."""
    path_token: str | None
    """The token of the URL; None at the root, where the product has its own way to name one."""
    ports: Ports

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The path's parts; the gateway has decoded them."""
        return tuple(self.path.split("/"))

    def integration(self, token: str | None = None) -> Integration:
        """Find whose request it is; the token of the URL goes before that of the product.

        Raises:
            IntegrationNotFoundError: There is no token, an unknown one, or one whose product
                proves what it sends to the integration's URL.
            UnauthorizedError: The integration's own checks say no.
        """
        token = self.path_token or token
        if not token:
            raise IntegrationNotFoundError
        return admit_elsewhere(token, self.request, self.ports)

    def object_in_body(self) -> Mapping[str, Any]:
        """The body as an object; without a body an empty one.

        Raises:
            MalformedInputError: It is another value than an object, or cannot be read.
            PayloadTooLargeError: It is over 1 MiB.
        """
        if not self.request.content.strip():
            return {}
        value = self.request.sent.value
        if not isinstance(value, dict):
            raise MalformedInputError(f"The body is {kind_of(value)}; an object is expected.")
        return value

    def take_in(self, entries: Sequence[Entry], integration: Integration) -> Intake:
        """Write what entries mean; what is in the results has been written.

        Raises:
            TryAgainError: Storage refuses for now; the same request works later.
        """
        return take_in_entries(entries, self.request.sent, integration, self.ports)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    take: Callable[[CompatCall], Taken]
    """Raises `TocsinError` for what it refuses; unknown paths are a `NotFoundError`."""
    refuse: Callable[[TocsinError, str], HttpAnswer]
    """Spells a refusal as the product would; `str` is the request's id. A plain `TocsinError` is
    a fault of ours."""


_AT_THE_ROOT: Final[Mapping[str, str]] = {
    "alert": "alerta",
    "alerts": "alerta",
    "config": "alerta",
    "generic": "pagerduty",
    "heartbeat": "alerta",
    "heartbeats": "alerta",
    "v2/alerts": "opsgenie",
    "v2/heartbeats": "opsgenie",
    "v2/change": "pagerduty",
    "v2/enqueue": "pagerduty",
}
"""Module by path; all paths below it belong to it too. template.yaml has routes for them."""
_BELOW_A_TOKEN: Final[Mapping[str, str]] = {
    **_AT_THE_ROOT,
    "-/healthy": "alertmanager_v1",
    "-/ready": "alertmanager_v1",
    "api/v1": "alertmanager_v1",
    "api/v2": "alertmanager",
}


def product_at(path: str, *, is_root: bool) -> Product | None:
    """Load the product whose path this is; the longest of several goes first."""
    table = _AT_THE_ROOT if is_root else _BELOW_A_TOKEN
    known = path
    while known and known not in table:
        known = known.rpartition("/")[0]
    if not known:
        return None
    module: Any = import_module(f"functions.ingest.compat.{table[known]}")
    product: Product = module.PRODUCT
    return product
