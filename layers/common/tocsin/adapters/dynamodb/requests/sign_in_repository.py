"""What signing in leaves for a few minutes: links that were used, and ways to an identity provider."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import expiry, number, text, time
from tocsin.adapters.dynamodb.transactions import (
    CONDITION_FAILED,
    IS_NEW,
    delete,
    is_ours,
    put,
)
from tocsin.domain.credential import SecretHash
from tocsin.domain.ids import WriteId, instant
from tocsin.domain.oidc import WayOut

_AT_ONCE: Final = timedelta()


@dataclass(frozen=True, slots=True)
class DynamoDBSignIns:
    """Implements `SignInRepository`."""

    call: Call
    table_name: str

    def use_link(self, link_id: str, *, until: datetime, write_id: WriteId) -> bool:
        item = keys.used_link_key(link_id) | {
            "entity": text("used_link"),
            "version": number(1),
            "write_id": text(write_id),
            "expires_at": expiry(until, _AT_ONCE),
        }
        try:
            self.call("PutItem", put(self.table_name, item, IS_NEW)["Put"])
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            return bool(error.item and is_ours(error.item, write_id))
        return True

    def keep_way(self, state_hash: SecretHash, way: WayOut, *, write_id: WriteId) -> None:
        item = keys.way_out_key(state_hash) | {
            "entity": text("way_out"),
            "version": number(1),
            "write_id": text(write_id),
            "nonce": text(way.nonce),
            "verifier": text(way.verifier),
            "path": text(way.path),
            "ends_at": time(way.ends_at),
            "expires_at": expiry(way.ends_at, _AT_ONCE),
        }
        self.call("PutItem", put(self.table_name, item, IS_NEW)["Put"])

    def take_way(self, state_hash: SecretHash, *, at: datetime) -> WayOut | None:
        request = delete(self.table_name, keys.way_out_key(state_hash), "attribute_exists(pk)")
        try:
            answer = self.call("DeleteItem", request["Delete"] | {"ReturnValues": "ALL_OLD"})
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            return None
        image = answer["Attributes"]
        way = WayOut(
            nonce=image["nonce"]["S"],
            verifier=image["verifier"]["S"],
            path=image["path"]["S"],
            ends_at=instant(int(image["ends_at"]["N"])),
        )
        return way if at < way.ends_at else None
