"""By what people sign in here."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from tocsin.lambda_runtime.http import JSON, HttpAnswer

if TYPE_CHECKING:
    from functions.session.ports import Ports
    from functions.session.request import Request


def list_doors(_request: Request, ports: Ports) -> HttpAnswer:
    """Open to all: it says nothing of any person."""
    data = {
        "team": ports.team,
        "stage": ports.stage,
        "email": ports.mails_links,
        "slack": ports.slacks_links(),
        "oidc": {"name": ports.oidc.name} if ports.oidc else None,
    }
    body = json.dumps({"data": data}, ensure_ascii=False)
    return HttpAnswer(status=HTTPStatus.OK, body=body, headers={"content-type": JSON})
