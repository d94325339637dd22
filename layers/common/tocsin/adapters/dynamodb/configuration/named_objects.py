"""Named objects of the configuration: one item each, changed only if it is as read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import (
    Attribute,
    Image,
    Item,
    expiry,
    number,
    read_text,
    text,
    time,
)
from tocsin.adapters.dynamodb.queries import get_configured, query_all
from tocsin.adapters.dynamodb.transactions import (
    CONDITION_FAILED,
    IS_NEW,
    Action,
    TransactionRefusedError,
    delete,
    is_ours,
    put,
    transact,
)
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.adapters.aws_json import Call
    from tocsin.adapters.dynamodb.activity.scribe import Scribe
    from tocsin.domain.configuration import Named, Stored
    from tocsin.domain.errors import NotFoundError
    from tocsin.domain.hours import Hours
    from tocsin.domain.ids import WriteId
    from tocsin.domain.integration import Token

IS_AS_READ: Final = "version = :read_version AND created_at = :created_at"
"""The version alone would not distinguish an object from one of the same name, made after its
removal."""
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind[T: Named]:
    name: str
    """Part of their key: `C#<name>`."""
    words: str
    """The noun in texts for people."""
    not_found: Callable[[], NotFoundError]
    write: Callable[[T], Item]
    """Its own attributes, without the key and the following."""
    read: Callable[[Image], T]
    tokens: Callable[[T], tuple[Token, ...]] | None = None
    """Of kinds that have URLs: each token has an item that names the object."""


@dataclass(frozen=True, slots=True)
class NamedObjects[S: Stored]:
    """Implements `ConfigurationRepository`, for objects that have a version of their own."""

    call: Call
    table_name: str
    kind: Kind[Any]
    scribe: Scribe | None = None
    """Writes who changed what with each change."""

    def find(self, name: str) -> S | None:
        image = get_configured(self.call, self.table_name, self.kind.name, name)
        return self.from_image(image) if image else None

    def get(self, name: str) -> S:
        stored = self.find(name)
        if stored is None:
            raise self.kind.not_found()
        return stored

    def list(self) -> tuple[S, ...]:
        partition = keys.configuration_partition(self.kind.name)
        prefix = keys.configuration_prefix(self.kind.name)
        images = query_all(self.call, self.table_name, partition, prefix)
        return tuple(map(self.from_image, images))

    def put(self, before: S | None, after: S, *, write_id: WriteId) -> S:
        stored = replace(after, version=before.version + 1 if before else 1)
        condition, values = (IS_AS_READ, as_read(before)) if before else (IS_NEW, None)
        written = put(self.table_name, self.to_item(stored, write_id), condition, values)
        former = self._tokens_of(before) if before else ()
        activity = self.noted(before, stored, write_id)
        tokens = self._tokens_of(stored)
        self._write(written, stored.name, former, tokens, activity, write_id)
        return stored

    def delete(self, stored: S, *, write_id: WriteId) -> None:
        key = keys.configuration_key(self.kind.name, stored.name)
        removed = delete(self.table_name, key, IS_AS_READ, as_read(stored))
        try:
            tokens, activity = self._tokens_of(stored), self.noted(stored, None, write_id)
            self._write(removed, stored.name, tokens, (), activity, write_id)
        except _MetNothingError:
            return

    def from_image(self, image: Image) -> S:
        """Read an object."""
        stored: S = self.kind.read(image)
        return stored

    def to_item(self, stored: S, write_id: WriteId) -> Item:
        """Write an object."""
        item = keys.configuration_key(self.kind.name, stored.name) | {
            "entity": text(self.kind.name),
            "version": number(stored.version),
            "write_id": text(write_id),
            "created_at": time(stored.created_at),
        }
        if stored.managed_by is not None:
            item["managed_by"] = text(stored.managed_by)
        return item | self.own_attributes(stored)

    def own_attributes(self, stored: S) -> Item:
        """The attributes of this kind."""
        return self.kind.write(stored)

    def noted(self, before: S | None, after: S | None, write_id: WriteId) -> tuple[Action, ...]:
        """What to write beside a change of an object."""
        if self.scribe is None:
            return ()
        from tocsin.adapters.dynamodb.activity.scribe import ObjectChange

        stored = before if after is None else after
        name = stored.name if stored else ""
        change = ObjectChange(kind=self.kind.name, name=name, before=before, after=after)
        return self.scribe.note(change, write_id=write_id)

    def _tokens_of(self, stored: S) -> tuple[Token, ...]:
        return self.kind.tokens(stored) if self.kind.tokens else ()

    def _write(
        self,
        written: Action,
        name: str,
        former: tuple[Token, ...],
        tokens: tuple[Token, ...],
        activity: tuple[Action, ...],
        write_id: WriteId,
    ) -> None:
        """Write the object, the items of its tokens and the activity, all or nothing.

        Raises:
            ConcurrentUpdateError: It is not as read.
        """
        if self.kind.tokens is None and not activity:
            self._write_alone(written, write_id)
            return
        actions = (written, *self._token_actions(name, former, tokens), *activity)
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            raise self._refused(met_nothing=refusal.met_nothing(0)) from refusal

    def _write_alone(self, written: Action, write_id: WriteId) -> None:
        [(kind, request)] = written.items()
        try:
            self.call(f"{kind}Item", request)
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            if error.item is None or not is_ours(error.item, write_id):
                raise self._refused(met_nothing=not error.item) from error

    def _refused(self, *, met_nothing: bool) -> ConcurrentUpdateError:
        message = f"Another request just changed this {self.kind.words}. Read it and try again."
        return (_MetNothingError if met_nothing else ConcurrentUpdateError)(message)

    def _token_actions(
        self, name: str, former: tuple[Token, ...], tokens: tuple[Token, ...]
    ) -> Iterator[Action]:
        """Replace the items of the former tokens by those of the object's."""
        kind = self.kind.name
        is_free_or_ours = f"attribute_not_exists(pk) OR {kind} = :name"
        expected = {":name": text(name)}
        for token in tokens:
            if token not in former:
                item = _credential_item(token, kind, name)
                yield put(self.table_name, item, is_free_or_ours, expected)
        kept = {token.secret_hash for token in tokens}
        for token in former:
            if token.secret_hash not in kept:
                key = keys.credential_key(token.secret_hash)
                yield delete(self.table_name, key, is_free_or_ours, expected)


class _MetNothingError(ConcurrentUpdateError):
    """The item to write does not exist."""


def as_read(stored: Stored) -> dict[str, Attribute]:
    """The values of `IS_AS_READ`."""
    return {":read_version": number(stored.version), ":created_at": time(stored.created_at)}


def _credential_item(token: Token, kind: str, name: str) -> Item:
    """The item of a token; TTL removes it some time after its expiry."""
    item = keys.credential_key(token.secret_hash) | {
        "entity": text("credential"),
        "version": number(1),
        "kind": text(kind),
        kind: text(name),
    }
    if token.valid_until is not None:
        item["valid_until"] = time(token.valid_until)
        item["expires_at"] = expiry(token.valid_until, timedelta())
    return item


def name_of(image: Image) -> str:
    return str(image["sk"]["S"]).rpartition("#")[2]


def manager_of(image: Image) -> str | None:
    return read_text(image, "managed_by")


def write_texts(texts: Iterable[str]) -> Attribute:
    return {"L": [text(each) for each in texts]}


def texts_from(attribute: Any) -> tuple[str, ...]:  # noqa: ANN401 - as DynamoDB sends it
    return tuple(each["S"] for each in attribute["L"])


def write_span(span: timedelta) -> Attribute:
    """In milliseconds."""
    return number(span // _MILLISECOND)


def span_from(attribute: Any) -> timedelta:  # noqa: ANN401 - as DynamoDB sends it
    return int(attribute["N"]) * _MILLISECOND


def write_only(only: Sequence[Hours]) -> Item:
    if not only:
        return {}
    from tocsin.adapters.dynamodb.hours_items import write_hours

    return {"only": write_hours(only)}


def only_from(image: Image) -> tuple[Hours, ...]:
    """Before there were hours, nothing had any."""
    if "only" not in image:
        return ()
    from tocsin.adapters.dynamodb.hours_items import hours_from

    return hours_from(image["only"])[0]


def write_severities(severities: Iterable[Severity]) -> Attribute:
    """Always in the same order."""
    return write_texts(sorted(severities))


def severities_from(attribute: Any) -> frozenset[Severity]:  # noqa: ANN401 - as DynamoDB sends it
    return frozenset(Severity(word) for word in texts_from(attribute))
