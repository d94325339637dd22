"""ShortLinkRepository."""

from dataclasses import replace

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.requests.link_repository import DynamoDBShortLinks
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.link import Link, LinkAction
from tocsin.usecases.ports import ShortLinkRepository

LINK = Link(
    action=LinkAction.VIEW,
    alert_id=AlertId("01KJMWTPM0SWN6QZPBR1784CMA"),
    by="alice",
    expires_at=NINE + 24 * HOUR,
)
W1, W2 = WriteId("w1"), WriteId("w2")


@pytest.fixture(params=["replies arrive", "replies lost"])
def links(request: pytest.FixtureRequest, call: Call) -> ShortLinkRepository:
    return DynamoDBShortLinks(losing_replies(call) if "lost" in request.param else call, TABLE_NAME)


def test_a_link_is_found_by_its_name_to_the_millisecond(links: ShortLinkRepository) -> None:
    assert links.add("one", LINK, write_id=W1)

    assert links.find("one") == LINK
    assert links.find("two") is None


def test_a_name_that_is_taken_keeps_its_link(links: ShortLinkRepository) -> None:
    assert links.add("one", LINK, write_id=W1)

    assert not links.add("one", replace(LINK, by="bob"), write_id=W2)

    assert links.find("one") == LINK


def test_a_link_leaves_the_table_when_it_has_expired(call: Call) -> None:
    DynamoDBShortLinks(call, TABLE_NAME).add("one", LINK, write_id=W1)

    stored = call("GetItem", {"TableName": TABLE_NAME, "Key": keys.short_link_key("one")})["Item"]

    assert int(stored["expires_at"]["N"]) == LINK.expires_at.timestamp()
