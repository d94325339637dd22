"""Feeds: one item each, and one for the token of its URL."""

from dataclasses import dataclass
from typing import Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, Item, text
from tocsin.adapters.dynamodb.configuration.named_objects import Kind, NamedObjects
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.domain.credential import SecretHash
from tocsin.domain.errors import FeedNotFoundError
from tocsin.domain.ids import instant
from tocsin.domain.integration import Token
from tocsin.domain.on_call.feed import Feed, FeedKind

KIND: Final = "feed"


def _write(feed: Feed) -> Item:
    return {
        "subject": text(feed.subject),
        "kind": text(feed.kind),
        "secret_hash": text(feed.token.secret_hash),
        "token_prefix": text(feed.token.prefix),
    }


def _read(image: Image) -> Feed:
    return Feed(
        kind=FeedKind(image["kind"]["S"]),
        subject=image["subject"]["S"],
        token=Token(
            secret_hash=SecretHash(image["secret_hash"]["S"]), prefix=image["token_prefix"]["S"]
        ),
        created_at=instant(int(image["created_at"]["N"])),
        version=int(image["version"]["N"]),
    )


FEEDS: Final = Kind[Feed](
    name=KIND,
    words="feed",
    not_found=FeedNotFoundError,
    write=_write,
    read=_read,
    tokens=lambda feed: (feed.token,),
)


@dataclass(frozen=True, slots=True)
class DynamoDBFeeds(NamedObjects[Feed]):
    """Implements `FeedRepository`."""

    kind: Kind[Any] = FEEDS

    def by_token(self, token_hash: SecretHash) -> Feed | None:
        """Find the feed of a token; None: unknown or revoked."""
        credential = get_item(self.call, self.table_name, keys.credential_key(token_hash))
        if credential is None or KIND not in credential:
            return None
        return self.find(credential[KIND]["S"])
