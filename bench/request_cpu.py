"""CPU of a request: the function's own process, in the real runtime loop, warm."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

from bench.cpu_quota import Group
from bench.deployed import built_functions
from bench.gateway_events import CAPTURED, Answer, Event, api, intake, payload
from bench.runtime_loop import RuntimeLoop, running
from bench.samples import Samples, rounds
from bench.units import LISTED
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.domain.alert import AlertStatus
from tocsin.domain.severity import Severity

HANDLERS: Final = Path(__file__).with_name("handlers")
WARM_UPS: Final = 20
ROUND: Final = 10

FIRST: Final = "first event"
REPEAT: Final = "repeat"
ACKNOWLEDGE: Final = "acknowledge"
GET: Final = "get"
LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    f"list of {LISTED}, all": {},
    f"list of {LISTED}, firing": {"status": "firing"},
    f"list of {LISTED}, critical": {"severity": "critical"},
    f"list of {LISTED}, firing, critical": {"status": "firing", "severity": "critical"},
}
SEARCHES: Final[Mapping[str, Mapping[str, str]]] = {
    "search for a common label": {"label.class": "InstanceDown"},
    "search for a rare word": {"q": "nothing"},
}
READS: Final = {**LISTS, **SEARCHES}
BARE_HANDLER: Final = "runtime alone, bare handler"
SDK_CALL: Final = "one update_item by boto3"

type NextEvent = Callable[[], Event]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    table_name: str
    alerts: int
    firing: list[str]
    """Ids to get and to acknowledge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    name: str
    loop: RuntimeLoop
    next_event: NextEvent
    share: float = 1.0
    """Of the samples that others take: a list takes the embedded DynamoDB long."""


class RequestCpu:
    """Runs all measures side by side, a few requests of each in turn."""

    def __init__(self, *, environment: Mapping[str, str], path: list[Path], folder: Path) -> None:
        """Prepare.

        Args:
            environment: Region, credentials and endpoint.
            path: What is on the module path of every function, runtime and SDK.
            folder: For logs.
        """
        self._environment = environment
        self._path = path
        self._folder = folder
        self._functions = built_functions()
        self.samples: dict[str, Samples] = {}

    def run(self, tables: list[Stored], samples: int) -> None:
        """Measure with each table; all in one run."""
        with ExitStack() as stack:
            measures = [*self._beside(stack, tables[0])]
            for stored in tables:
                measures.extend(self._measures(stack, stored))
            for measure in measures:
                self.samples[measure.name] = Samples()
                for _ in range(max(2, int(WARM_UPS * measure.share))):
                    _invoke(measure)
            for size in rounds(samples, ROUND):
                for measure in measures:
                    self._sample(measure, max(1, int(size * measure.share)))

    def _beside(self, stack: ExitStack, stored: Stored) -> Iterator[_Measure]:
        event = intake(payload(CAPTURED))
        for name, handler in (
            (BARE_HANDLER, "bare.handler"),
            (SDK_CALL, "boto3_update.handler"),
        ):
            loop = stack.enter_context(self._started(handler, [HANDLERS], {}, stored, None))
            yield _Measure(name=name, loop=loop, next_event=lambda: event)

    def _measures(self, stack: ExitStack, stored: Stored) -> Iterator[_Measure]:
        ingest = stack.enter_context(self.started("IngestFunction", stored))
        alerts_api = stack.enter_context(self.started("AlertsApiFunction", stored))
        number, get, ack = count(), iter(stored.firing), iter(stored.firing)
        events: list[tuple[str, RuntimeLoop, NextEvent, float]] = [
            (REPEAT, ingest, lambda: intake(payload(CAPTURED)), 1),
            (FIRST, ingest, lambda: intake(distinct(f"{next(number):064x}")), 1),
            (GET, alerts_api, lambda: api("GET", f"/alerts/{next(get)}"), 1),
            (ACKNOWLEDGE, alerts_api, lambda: api("POST", f"/alerts/{next(ack)}/ack", body={}), 1),
            *(
                (name, alerts_api, partial(list_request, query), 0.1)
                for name, query in READS.items()
            ),
        ]
        for name, loop, next_event, share in events:
            full = name_of(name, stored)
            yield _Measure(name=full, loop=loop, next_event=next_event, share=share)

    def started(
        self, logical_id: str, stored: Stored, group: Group | None = None
    ) -> AbstractContextManager[RuntimeLoop]:
        """Start a built function on a table, in a part of a core if a group is given."""
        function = self._functions[logical_id]
        return self._started(function.handler, function.path, function.environment, stored, group)

    def _started(
        self,
        handler: str,
        path: Sequence[Path],
        environment: Mapping[str, str],
        stored: Stored,
        group: Group | None,
    ) -> AbstractContextManager[RuntimeLoop]:
        whole = {**environment, **self._environment, "TABLE_NAME": stored.table_name}
        return running(handler, [*path, *self._path], whole, self._folder, group=group)

    def _sample(self, measure: _Measure, size: int) -> None:
        milliseconds = self.samples[measure.name].milliseconds
        used = measure.loop.cpu_seconds()
        for _ in range(size):
            _invoke(measure)
            before, used = used, measure.loop.cpu_seconds()
            milliseconds.append((used - before) * 1000)


def firing_ids(call: Call, table_name: str, wanted: int) -> list[str]:
    """Newest first."""
    ids: list[str] = []
    for severity in Severity:
        request: dict[str, Any] = {
            "TableName": table_name,
            "IndexName": keys.BY_STATE,
            "KeyConditionExpression": "state_key = :state",
            "ExpressionAttributeValues": {
                ":state": {"S": keys.state_key(AlertStatus.FIRING, severity)}
            },
            "ScanIndexForward": False,
            "Limit": max(1, wanted),
        }
        ids.extend(item["id"]["S"] for item in call("Query", request)["Items"])
    return sorted(ids, reverse=True)[:wanted]


def _invoke(measure: _Measure) -> None:
    answer: Answer = measure.loop.invoke(measure.next_event())
    if answer["statusCode"] >= 300:  # noqa: PLR2004
        raise AssertionError(f"{measure.name} was answered {answer}")


def list_request(query: Mapping[str, str]) -> Event:
    return api("GET", "/alerts", query={"limit": str(LISTED), **query})


def name_of(kind: str, stored: Stored) -> str:
    return f"{kind}, {stored.alerts:,} stored"


def distinct(key: str) -> str:
    """A body that opens an alert of its own."""
    return payload(CAPTURED, dedup_key=key)
