"""What people reported of senders, as tests/data/trouble tells it."""

import gzip
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.domain.integration import IntegrationType

FOLDER = Path(__file__).parent / "data/trouble"
BODIES = (".latin-1.txt", ".body.txt")
NAMES = sorted(path.stem for path in FOLDER.glob("*.txt") if not path.name.endswith(BODIES))
_REQUEST = re.compile(r"\d+\. (?P<method>[A-Z]+) (?P<target>\S+)")
_HEADER = re.compile(r" {3}(?P<name>[\w-]+): (?P<value>.*)")


@dataclass
class Request:
    """One request of a case, its path as it was sent."""

    method: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Case:
    """One report."""

    name: str
    type: IntegrationType
    requests: tuple[Request, ...]


def case(name: str, *, token: str, integration: str) -> Case:
    """Read a case, with this token and name in their places."""
    places = {
        "TOKEN-IN-CAPITALS": token.upper(),
        "TOKEN-AS-UUID": str(uuid.UUID(token)),
        "TOKEN": token,
        "NAME": integration,
    }
    lines = (FOLDER / f"{name}.txt").read_text().splitlines()
    type_ = re.search(r"integration of type ([\w-]+)", lines[0])
    assert type_ is not None
    requests: list[Request] = []
    for line in lines:
        begins = _REQUEST.match(line)
        if begins:
            target, _, query = _filled(begins["target"], places).partition("?")
            requests.append(Request(begins["method"], target, query))
        elif requests and (header := _HEADER.match(line)):
            value = _filled(header["value"], places)
            if header["name"] == "body":
                requests[-1].body = _body(name, value, places)
            else:
                requests[-1].headers[header["name"].lower()] = value
        elif line.startswith("Expected:"):
            break
    for request in requests:
        if request.headers.get("content-encoding") == "gzip":
            request.body = gzip.compress(request.body)
    return Case(name, IntegrationType(type_[1]), tuple(requests))


def _filled(text: str, places: Mapping[str, str]) -> str:
    for place, value in places.items():
        text = re.sub(rf"\b{place}\b(?!-)", value, text)
    return text


def _body(name: str, described: str, places: Mapping[str, str]) -> bytes:
    body = (FOLDER / described.split(" ", maxsplit=1)[0]).read_bytes()
    match name:
        case "am-300-alerts":
            group = json.loads(body)
            (alert,) = group["alerts"]
            group["alerts"] = [
                {
                    **alert,
                    "labels": {**alert["labels"], "instance": f"node-{number}"},
                    "fingerprint": f"{number:016x}",
                }
                for number in range(1, 301)
            ]
            return json.dumps(group).encode()
        case "pd-big-details":
            event = json.loads(_filled(body.decode(), places))
            event["payload"]["custom_details"]["firing"] = " - alertname = TargetDown\n" * 20_000
            return json.dumps(event).encode()
        case "latin1-powershell":
            return body
        case _:
            return body.rstrip(b"\n")
