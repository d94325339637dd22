"""Calls of the API on the local stack."""

import http.client
import json
from urllib.parse import urlsplit

from local.stack.places import Json
from local.stack.prerequisites import LocalStackError

SECONDS = 35


def call(url: str, method: str, path: str, *, key: str, body: Json = None) -> tuple[int, Json]:
    """Status and decoded answer; None for one that is no JSON."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        text = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise LocalStackError(f"{method} {path} got no answer: {error}.") from error
    finally:
        connection.close()
    try:
        return response.status, json.loads(text)
    except ValueError:
        return response.status, None


def reason(answer: Json) -> str:
    match answer:
        case {"error": {"message": str(message)}} | {"message": str(message)}:
            return message
        case _:
            return "without a reason."
