"""Requests to a stack's API."""

import json
import secrets
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, IncompleteRead
from typing import IO, Any, Final, NoReturn, override
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import (
    BaseHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    ProxyHandler,
    Request,
    build_opener,
)

from tocsin.version import VERSION
from tocsin_cli.errors import CommandError, UsageError
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.stack_address import LOOPBACK, StackAddress, find_stack
from tocsin_cli.text import clean

type Json = Any
"""A value as `json` reads it."""

SECONDS: Final = 35.0
"""For an answer; API Gateway itself gives up after 30."""
TRIES: Final = 3
LONGEST_PAUSE: Final = 10.0
"""Seconds before another try."""
_TRY_AGAIN: Final = {429, 500, 502, 503, 504}
_LARGEST: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Json
    """Decoded; None where there is none."""

    @property
    def data(self) -> Json:
        match self.body:
            case {"data": data}:
                return data
            case _:
                raise _not_ours("its answer has no data")


class RefusedError(CommandError):
    """The stack's own refusal."""

    def __init__(self, status: int, error: Mapping[str, Json]) -> None:
        super().__init__(_spelled(error), _code_of(status), _hint_of(status))
        self.status = status
        self.error = error


def _code_of(status: int) -> ExitCode:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return ExitCode.NOT_ALLOWED
    return ExitCode.TRY_AGAIN if status in _TRY_AGAIN else ExitCode.FAILED


def _hint_of(status: int) -> str | None:
    if status == HTTPStatus.UNAUTHORIZED:
        return "Is it the key of this stack, and not revoked?"
    return None


def _spelled(error: Mapping[str, Json]) -> str:
    details = error.get("details")
    lines = (
        f"  {it.get('field')}: {it.get('problem')}"
        for it in (details if isinstance(details, list) else [])
        if isinstance(it, dict)
    )
    return "\n".join((str(error.get("message")), *lines))


class _SameOriginOnly(HTTPRedirectHandler):
    """Follows no redirect to another origin, for the key would go along."""

    @override
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        here, there = urlsplit(req.full_url), urlsplit(newurl)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc) or req.method != "GET":
            fp.close()
            raise CommandError(
                f"{here.scheme}://{here.netloc} redirects to {there.scheme}://{there.netloc}, "
                "which the key is not for.",
                ExitCode.NOT_TOCSIN,
                "If that is the stack, name it by that address.",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@dataclass(frozen=True, slots=True)
class Api:
    stack: StackAddress

    @classmethod
    def of(cls, profile: str | None) -> "Api":
        return cls(find_stack(profile))

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        return self.request("GET", path, query=query).data

    def all(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Json]:
        """Read a list from page to page."""
        following = dict(query or {})
        while True:
            answer = self.request("GET", path, query=following)
            yield from answer.data
            cursor = answer.body.get("next_cursor")
            if not cursor:
                return
            following["cursor"] = cursor

    def text(self, path: str, query: Mapping[str, str]) -> str:
        """Read what is no JSON."""
        _, text = self.read("GET", path, query=query, headers={"Accept": "text/markdown, */*"})
        return clean(text.decode(errors="replace"), keep="\n")

    def post(self, path: str, body: Json = None) -> Json:
        return self.request("POST", path, body=body).data

    def delete(self, path: str) -> Json:
        return self.request("DELETE", path).data

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json = None,
    ) -> Answer:
        """Ask, and ask again what failed for now: a POST names itself, so that it acts once.

        Raises:
            CommandError: No answer, none of Tocsin's, or a refusal.
        """
        headers = {"Accept": "application/json"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        return self.send(method, path, query=query, data=data, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str],
    ) -> Answer:
        status, text = self.read(method, path, query=query, data=data, headers=headers)
        return Answer(status, _decoded(text, self.stack.url) if text else None)

    def read(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str],
    ) -> tuple[int, bytes]:
        """Answer with the body as it came; raise what `request` does."""
        url = f"{self.stack.url}{path}" + (f"?{urlencode(query)}" if query else "")
        authorized = {**headers, "Authorization": f"Bearer {self.stack.key.reveal}"}
        request = Request(url, data, authorized, method=method)  # noqa: S310 - checked_url has seen it
        return exchange(request, what=self.stack.url)


def segment(text: str) -> str:
    """Spell an id or a name for a path; one that is empty or dots would be another path."""
    if not text.strip("."):
        raise UsageError(f"{text!r} is no name and no id.")
    return quote(text, safe="")


def exchange(request: Request, *, what: str) -> tuple[int, bytes]:
    """Send a request, some times if need be.

    Args:
        request: Repeated as it is.
        what: For messages: the address as far as it is no secret.

    Raises:
        CommandError: As for `Api.request`.
    """
    request.add_header("User-Agent", f"tocsin-cli/{VERSION}")
    for attempt in range(1, TRIES + 1):
        is_last = attempt == TRIES
        try:
            return _once(request, what)
        except HTTPError as error:
            with error:
                if error.code not in _TRY_AGAIN or is_last:
                    _refuse(error, what)
                pause = _pause(error.headers.get("Retry-After"), attempt)
        except (OSError, HTTPException) as error:
            # A request that timed out was waited for long enough.
            if is_last or isinstance(_cause(error), (ssl.SSLError, TimeoutError)):
                raise _unreachable(_cause(error), what) from error
            pause = _pause(None, attempt)
        time.sleep(pause)
    raise AssertionError


def _once(request: Request, what: str) -> tuple[int, bytes]:
    handlers: list[BaseHandler] = [
        _SameOriginOnly(),
        HTTPSHandler(context=ssl.create_default_context()),
    ]
    if urlsplit(request.full_url).hostname in LOOPBACK:
        handlers.append(ProxyHandler({}))  # it would see the key in the clear
    opener = build_opener(*handlers)
    with opener.open(request, timeout=SECONDS) as response:
        text: bytes = response.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise _not_ours(f"the answer of {what} does not end")
        if response.length:
            raise IncompleteRead(text, response.length)
        return response.status, text


def _cause(error: BaseException) -> BaseException:
    reason = error.reason if isinstance(error, URLError) else error
    return reason if isinstance(reason, BaseException) else error


def _pause(said: str | None, attempt: int) -> float:
    try:
        seconds = float(said) if said else 0.5 * attempt
    except ValueError:
        seconds = 1.0
    return min(max(seconds, 0.0), LONGEST_PAUSE)


def _unreachable(cause: BaseException, what: str) -> CommandError:
    hint = None
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"its certificate is not valid: {cause.verify_message}"
        hint = "SSL_CERT_FILE names a file of further authorities, for a proxy of your own."
    elif isinstance(cause, TimeoutError):
        reason = f"no answer within {SECONDS:.0f} seconds; what was asked for may be done"
    else:
        reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return CommandError(f"{what} cannot be reached: {reason}.", ExitCode.UNREACHABLE, hint)


def _refuse(error: HTTPError, what: str) -> NoReturn:
    try:
        text = error.read(_LARGEST)
    except (OSError, HTTPException):
        text = b""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    match body:
        case {"error": {"message": str()} as refusal}:
            raise RefusedError(error.code, refusal)
        case {"message": str(message)}:  # API Gateway's own
            raise RefusedError(error.code, {"message": f"{message} ({error.code})"})
        case _:
            pass
    if error.code in _TRY_AGAIN:
        message = f"{what} is in trouble: it answers {error.code}."
        raise CommandError(message, ExitCode.TRY_AGAIN)
    raise _not_ours(f"{what} answers {error.code} {error.reason}")


def _decoded(text: bytes, what: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _not_ours(f"{what} answers with no JSON") from None


def _not_ours(what: str) -> CommandError:
    return CommandError(
        f"{what}.", ExitCode.NOT_TOCSIN, "Is this the address of a stack, and no proxy between?"
    )
