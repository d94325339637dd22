"""`tocsin send` and `tocsin try`: an alert to an integration, and what would become of one."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from urllib.request import Request

import typer

from tocsin_cli.api import Api, Json, exchange, segment
from tocsin_cli.errors import CommandError, FailedError, UsageError
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.options import OutputOption, ProfileOption
from tocsin_cli.screen import Output, Screen
from tocsin_cli.shown_trial import show_receipts, show_trials
from tocsin_cli.stack_address import checked_url, find_stack

URL: Final = "TOCSIN_INTEGRATION_URL"
_OWN_HEADERS: Final = ("authorization", "x-api-key", "host", "content-length", "user-agent")

FileArgument = Annotated[
    str | None,
    typer.Option("--file", "-f", metavar="FILE", help="A body as a sender sends it; - is stdin."),
]
HeadersOption = Annotated[
    list[str] | None,
    typer.Option("--header", metavar="NAME:VALUE", help="As the sender sends it, with --file."),
]
NameOption = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What is wrong.")]
SeverityOption = Annotated[
    str | None, typer.Option("--severity", metavar="WORD", help="critical, warning, info, ok, …")
]
SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="TEXT", help="Where it was noticed.")
]
ObjectOption = Annotated[
    str | None, typer.Option("--object", metavar="TEXT", help="Host, service.")
]
TextOption = Annotated[str | None, typer.Option("--text", metavar="TEXT", help="The details.")]
KeyOption = Annotated[
    str | None, typer.Option("--key", metavar="TEXT", help="The dedup key, if not name and object.")
]
LabelsOption = Annotated[
    list[str] | None, typer.Option("--label", metavar="NAME=VALUE", help="A label.")
]


def send(  # noqa: PLR0913 - an option for each field of an alert
    integration: Annotated[
        str | None,
        typer.Argument(
            metavar="INTEGRATION",
            help=f"Its URL, by default {URL}; or its name on the local stack.",
        ),
    ] = None,
    *,
    name: NameOption = None,
    severity: SeverityOption = None,
    source: SourceOption = None,
    object_: ObjectOption = None,
    text: TextOption = None,
    key: KeyOption = None,
    label: LabelsOption = None,
    file: FileArgument = None,
    header: HeadersOption = None,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Send an alert as a monitoring tool does, by an integration's URL."""
    fields = _fields(name, severity, source, object_, text, key, label)
    body, headers = _body(fields, file, header)
    url = _url(integration, profile)
    parts = urlsplit(url)
    request = Request(url, body, headers, method="POST")  # noqa: S310 - checked_url has seen it
    _, answer = exchange(request, what=f"{parts.scheme}://{parts.netloc}")
    _show_receipts(answer, output)


def _show_receipts(answer: bytes, output: Output) -> None:
    """As it came, where an integration answers as its product does."""
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        read = None
    screen = Screen()
    match read:
        case {"data": {"results": [*results]}}:
            if output is Output.JSON:
                screen.json(read["data"])
            else:
                show_receipts(screen, results)
            if any(it.get("outcome") == "rejected" for it in results):
                raise FailedError("something was not taken in: see above.")
        case None:
            screen.line(answer.decode(errors="replace") or "Taken, without a word.")
        case _:
            screen.json(read)


def try_(  # noqa: PLR0913 - an option for each field of an alert
    integration: Annotated[str, typer.Argument(metavar="INTEGRATION", help="Its name.")],
    *,
    name: NameOption = None,
    severity: SeverityOption = None,
    source: SourceOption = None,
    object_: ObjectOption = None,
    text: TextOption = None,
    key: KeyOption = None,
    label: LabelsOption = None,
    file: FileArgument = None,
    header: HeadersOption = None,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say what an alert would do, and who would be paged when; nothing is sent."""
    fields = _fields(name, severity, source, object_, text, key, label)
    body, headers = _body(fields, file, header)
    path = f"/api/v1/integrations/{segment(integration)}/try"
    answer: Json = Api.of(profile).send("POST", path, data=body, headers=headers).data
    screen = Screen()
    if output is Output.JSON:
        screen.json(answer)
    else:
        show_trials(screen, answer["results"], left_out=answer.get("left_out", 0))
    if any(it["outcome"] == "rejected" for it in answer["results"]):
        raise FailedError("something would not be taken in: see above.")


def _url(said: str | None, profile: str | None) -> str:
    url = said or os.environ.get(URL)
    if not url:
        raise UsageError(f"name an integration: its URL, or {URL} in the environment.")
    if "://" in url:
        return checked_url(url, URL if said is None else "INTEGRATION")
    urls = find_stack(profile).integration_urls
    if url not in urls:
        known = f" The local stack has: {', '.join(sorted(urls))}." if urls else ""
        raise CommandError(
            f"the URL of {url} is not known here.{known}",
            ExitCode.NOT_CONFIGURED,
            f"A URL is shown once, when an integration is made: give it, or put it into {URL}.",
        )
    return checked_url(urls[url], url)


def _fields(  # noqa: PLR0913, PLR0917 - as they are given
    name: str | None,
    severity: str | None,
    source: str | None,
    object_: str | None,
    text: str | None,
    key: str | None,
    labels: Sequence[str] | None,
) -> dict[str, Any]:
    """Those that were given, as type `rest` takes them."""
    pairs = dict(_pair(each, "=", "--label") for each in labels or ())
    fields = {
        "name": name,
        "severity": severity,
        "source": source,
        "object": object_,
        "output": text,
        "dedup_key": key,
        "labels": pairs or None,
    }
    return {field: value for field, value in fields.items() if value is not None}


def _body(
    fields: dict[str, Any], file: str | None, headers: Sequence[str] | None
) -> tuple[bytes, dict[str, str]]:
    if file is None and not fields:
        raise UsageError("say what to send: --name and others, or --file.")
    if file is not None and fields:
        raise UsageError("--file is the whole body: no --name, --severity and so on beside it.")
    sent = {"Content-Type": "application/json"}
    for each in headers or ():
        name, value = _pair(each, ":", "--header")
        if name.lower() in _OWN_HEADERS or not (name + value).isprintable():
            raise UsageError(f"--header {name} cannot be set.")
        sent[name] = value.strip()
    if file is None:
        return json.dumps(fields).encode(), sent
    return read_bytes(file), sent


def _pair(said: str, separator: str, option: str) -> tuple[str, str]:
    name, is_pair, value = said.partition(separator)
    if not (name and is_pair):
        raise UsageError(f"{option} {said} is no NAME{separator}VALUE.")
    return name, value


def read_bytes(file: str) -> bytes:
    """Read a file, or standard input where it is `-`."""
    try:
        if file == "-":
            return sys.stdin.buffer.read() if sys.stdin is not None else b""
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
