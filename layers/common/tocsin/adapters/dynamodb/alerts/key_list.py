"""A list of one dedup key: its slots are known, so the index is not read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, slot_of, text
from tocsin.adapters.dynamodb.queries import get_items, query_all
from tocsin.domain.alert_query import AlertQuery, Sort
from tocsin.domain.ids import AlertId, Fingerprint, fingerprint
from tocsin.domain.integration import EVENTBRIDGE, RESERVED_NAMES

_INTEGRATIONS: Final = keys.configuration_partition("integration")


@dataclass(frozen=True, slots=True)
class KeyList:
    """All episodes of a dedup key, of one integration or of all."""

    call: Call
    table_name: str
    query: AlertQuery

    def read(self, *, after: str | None) -> tuple[Sequence[Image], bool] | None:
        """Read episodes in order, at most 1 MB of each slot: 128 read units.

        A removed integration may have left alerts, so a key that no present one has is searched for
        in the index.

        Args:
            after: The id after which they begin.

        Returns:
            The images, and whether more follow; None: no present integration has the key.
        """
        slots = self._slots()
        if not slots:
            return None
        newest_first = self.query.sort is not Sort.OLDEST
        images: dict[str, Image] = {}
        cut_at: list[str] = []
        for slot, lives in slots:
            found, is_cut = self._episodes(slot, after=after, newest_first=newest_first)
            for image in (*lives, *found):
                images[image["id"]["S"]] = image
            if is_cut and found:
                cut_at.append(found[-1]["id"]["S"])
        ids = [it for it in images if after is None or _follows(it, after, newest_first)]
        # After a slot that was read in part, nothing is in order yet.
        for place in cut_at:
            ids = [it for it in ids if not _follows(it, place, newest_first)]
        return [images[it] for it in sorted(ids, reverse=newest_first)], bool(cut_at)

    def _slots(self) -> Sequence[tuple[Fingerprint, Sequence[Image]]]:
        """The slots of the key, with their items if those were read."""
        dedup_key = self.query.equal["dedup_key"]
        integration = self.query.equal.get("integration")
        if integration is not None:
            return [(fingerprint(integration, dedup_key), ())]
        configured = query_all(self.call, self.table_name, _INTEGRATIONS)
        names = {EVENTBRIDGE, *RESERVED_NAMES, *(item["sk"]["S"] for item in configured)}
        wanted = [keys.slot_key(fingerprint(name, dedup_key)) for name in sorted(names)]
        lives = get_items(self.call, self.table_name, wanted)
        return [(slot_of(image), (image,)) for image in lives]

    def _episodes(
        self, slot: Fingerprint, *, after: str | None, newest_first: bool
    ) -> tuple[Sequence[Image], bool]:
        """Read a slot and its former episodes, without their other items."""
        partition = keys.slot_partition(slot)
        request: dict[str, Any] = {
            "TableName": self.table_name,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :from AND :to",
            "FilterExpression": "attribute_exists(state_key)",
            "ExpressionAttributeValues": {
                ":pk": text(partition),
                ":from": text(keys.EPISODES_FROM),
                ":to": text(keys.LIVE),
            },
            "ScanIndexForward": not newest_first,
        }
        if after is not None:
            request["ExclusiveStartKey"] = keys.key(partition, keys.episode_sort(AlertId(after)))
        while True:
            answer = self.call("Query", request)
            last = answer.get("LastEvaluatedKey")
            if answer["Items"] or last is None:
                return answer["Items"], last is not None
            request["ExclusiveStartKey"] = last


def _follows(alert_id: str, place: str, newest_first: bool) -> bool:  # noqa: FBT001 - private
    return alert_id < place if newest_first else alert_id > place
