"""Mistakes that the fault runs have to notice, each a small change of a module's source.

A mutant replaces a piece of text that must stand in its module exactly once, and is tried in a
process of its own: `python -m tests.faults.mutants "no claim"`. Stories are told by seeds, one
after the other, until one goes wrong.
"""

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).parents[2]
_ENGINE: Final = "layers/common/"
ROUNDS: Final = 60
"""Seeds by which each story is told at most."""


@dataclass(frozen=True)
class Mutant:
    """One mistake."""

    name: str
    module: str
    before: str
    after: str
    imports: str = ""
    """What the changed text needs besides."""
    aims: tuple[str, ...] = ()
    """Parts of the names of stories that are told first, as they are about it."""
    is_everywhere: bool = False
    """Whether it is made at all places of its module."""

    @property
    def path(self) -> Path:
        """Where the module's source is."""
        place = self.module.replace(".", "/") + ".py"
        return ROOT / (_ENGINE + place if self.module.startswith("tocsin") else place)

    def source(self) -> str:
        """The changed source.

        Raises:
            ValueError: What is to be changed does not stand there, or more than once.
        """
        text = self.path.read_text()
        if not text.count(self.before) or (text.count(self.before) > 1 and not self.is_everywhere):
            raise ValueError(f"{self.name}: {self.before!r} is not once in {self.module}")
        changed = text.replace(self.before, self.after)
        return changed + f"\n{self.imports}\n" if self.imports else changed


_DYNAMODB: Final = "tocsin.adapters.dynamodb"
MUTANTS: Final[Sequence[Mutant]] = (
    Mutant(
        "no claim",
        f"{_DYNAMODB}.notifications.notification_repository",
        'self.call("PutItem", put(self.table_name, item, condition, values)["Put"])',
        'self.call("PutItem", {"TableName": self.table_name, "Item": item})',
        aims=(
            "acknowledged at once",
            "a winner whose",
        ),
    ),
    Mutant(
        "marked before it is sent",
        "tocsin.usecases.deliver_notification",
        "        provider_id = work.sender.send(claimed, alert, message, channel)\n",
        "        claimed = mark(claimed, claimed.sent(None, at=work.now()), work)\n"
        "        provider_id = work.sender.send(claimed, alert, message, channel)\n",
        aims=("lost after its claim", "steps a minute"),
    ),
    Mutant(
        "not read again before it is sent",
        "tocsin.usecases.deliver_notification",
        "    skip = _reason_to_skip(alert, delivery, work.now())\n",
        "    skip = None\n",
        aims=("snoozed acknowledged and over",),
    ),
    Mutant(
        "failures of the stream are swallowed",
        "functions.escalator.table_changes",
        "        raise\n    except Exception as error:\n",
        "        return True\n    except Exception as error:\n",
        aims=("page and acknowledgement", "over while"),
    ),
    Mutant(
        "failures of messages are swallowed",
        "tocsin.lambda_runtime.set_aside",
        "        return Dealt(is_done=False, measures=())\n    except Exception:\n",
        "        return Dealt(is_done=True, measures=())\n    except Exception:\n",
        aims=("acknowledged at once", "first posts of two"),
    ),
    Mutant(
        "a timer goes when it comes",
        "tocsin.usecases.run_due_action",
        "        after = _acted(clocked, at, paging, notifications)\n",
        "        after = _acted(clocked, at, paging, notifications) if alert.snooze else None\n",
        aims=("acknowledgement times out",),
    ),
    Mutant(
        "pages are queued by the timeline alone",
        "tocsin.usecases.follow_changes",
        "    for sent in batched(_deliveries(at_once, now, outlets, joining), SENT_TOGETHER, strict=False):\n"
        "        outlets.deliveries.send(sent, now=now)\n"
        "        deliveries += len(sent)\n",
        "    planned = list(_deliveries(at_once, now, outlets, joining))\n"
        "    if outlets.timeline.record([each for each in consequences if each.told]):\n"
        "        outlets.deliveries.send(planned, now=now)\n",
        aims=("severity rises", "rules with"),
    ),
    Mutant(
        "whom a person asked is planned by the sweep alone",
        "tocsin.domain.consequences",
        "if is_new_version and each.version == after.version",
        "if is_new_version and each.version > after.version",
        aims=("asked by a person", "assigned"),
    ),
    Mutant(
        "what a person asked for is sent although another has it",
        "tocsin.domain.notification",
        "    if delivery.is_by_hand and alert.told_version <= delivery.version:\n",
        "    if delivery.is_by_hand:\n",
        aims=("while people are asked",),
    ),
    Mutant(
        "whom a person asked is forgotten by the sweep",
        "tocsin.domain.sweep",
        "        if PLANNED_AFTER < now - asking.at < LOOKED_AT_FOR and not is_asked(asking, ledger)\n",
        "        if now < asking.at and not is_asked(asking, ledger)\n",
        aims=("the record of those who are asked",),
    ),
    Mutant(
        "an assigned person is given no time",
        "tocsin.domain.alert",
        "            escalation = escalation.with_delay_anew(assigned.changed_at)\n",
        "            assert assigned.askings\n",
        aims=("assigned to a person",),
    ),
    Mutant(
        "confirmations of the queue are not counted",
        "tocsin.adapters.queues",
        '        for sent in answer.get("Successful", ()):\n            left.pop(sent["Id"], None)\n',
        "        left.clear()\n        assert answer is not None\n",
        aims=("reopened", "two channels"),
    ),
    Mutant(
        "own writes are taken for those of others",
        f"{_DYNAMODB}.alerts.slot_repository",
        "    if item and write_id and is_ours(item, write_id):\n        return item\n",
        "",
        aims=("a storm of unrelated",),
    ),
    Mutant(
        "counts move although the timeline has it",
        f"{_DYNAMODB}.timeline.timeline_repository",
        "                left = [each for each in left if each.place not in known]\n",
        "                for each in left:\n"
        "                    if each.place in known and each.counts != Counts():\n"
        "                        move = self._move_counts(each.counts, each.slot)\n"
        '                        self.call("UpdateItem", move["Update"])\n'
        "                left = [each for each in left if each.place not in known]\n",
        aims=("two steps and", "closed and"),
    ),
    Mutant(
        "a claim never ends",
        "tocsin.domain.notification",
        "LEASE: Final = timedelta(seconds=45)",
        "LEASE: Final = timedelta(days=1)",
        aims=("lost after its claim",),
    ),
    Mutant(
        "a claim ends while its holder sends",
        "tocsin.domain.notification",
        "LEASE: Final = timedelta(seconds=45)",
        "LEASE: Final = timedelta(seconds=5)",
        aims=("every message comes twice", "reopened by three"),
    ),
    Mutant(
        "ticks find what is due and not what is overdue",
        f"{_DYNAMODB}.timers.due_repository",
        '                ":before": time(before),\n            },\n        }\n',
        '                ":before": time(before),\n                ":after": time(before - LOOK_AHEAD),\n'
        "            },\n        }\n"
        '        request["KeyConditionExpression"] = (\n'
        '            "due_key = :key AND due_at BETWEEN :after AND :before"\n'
        "        )\n",
        imports="from tocsin.domain.next_action import LOOK_AHEAD",
        aims=("heartbeat missed", "snooze and wake"),
    ),
    Mutant(
        "an acknowledgement takes the timer",
        "tocsin.domain.next_action",
        "    if not alert.is_open:\n        return None\n    needed, stands",
        "    if not alert.is_open or alert.acknowledged_at:\n        return None\n    needed, stands",
        aims=("acknowledgement times out",),
    ),
    Mutant(
        "items are read inconsistently",
        f"{_DYNAMODB}.queries",
        '"ConsistentRead": True',
        '"ConsistentRead": False',
        aims=("two channels", "recovery within", "over while"),
        is_everywhere=True,
    ),
    Mutant(
        "alerts are read inconsistently, also before sending",
        f"{_DYNAMODB}.alerts.slot_repository",
        "    live = get_item(call, table_name, keys.slot_key(fingerprint_of(alert_id)))\n",
        "    key = keys.slot_key(fingerprint_of(alert_id))\n"
        '    live = call("GetItem", {"TableName": table_name, "Key": key}).get("Item")\n',
        aims=("acknowledged at once", "over while", "snoozed acknowledged"),
    ),
    Mutant(
        "alerts are read by a range that is too short",
        f"{_DYNAMODB}.alerts.slot_repository",
        "    live = get_item(call, table_name, keys.slot_key(fingerprint_of(alert_id)))\n",
        "    slot = keys.slot_key(fingerprint_of(alert_id))\n"
        "    request = {\n"
        '        "TableName": table_name,\n'
        '        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",\n'
        '        "ExpressionAttributeValues": {\n'
        '            ":pk": slot["pk"],\n'
        '            ":first": text(f"E#{alert_id}"),\n'
        '            ":last": slot["sk"],\n'
        "        },\n"
        '        "ConsistentRead": True,\n'
        '        "Limit": 1,\n'
        "    }\n"
        '    found = call("Query", request)["Items"]\n'
        '    live = next((item for item in found if item["sk"] == slot["sk"]), None)\n',
        aims=("with values",),
    ),
    Mutant(
        "the sweep looks at firing alerts only",
        "tocsin.usecases.sweep_alerts",
        "frozenset((AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED))",
        "frozenset((AlertStatus.FIRING,))",
        aims=("page and acknowledgement",),
    ),
    Mutant(
        "no sweep at all",
        "functions.escalator.due_timers",
        "    if now.minute % (SWEEP_EVERY // _MINUTE):\n",
        "    if now.minute >= 0:\n",
        aims=("cannot be followed for an hour",),
    ),
    Mutant(
        "a channel's failures add up for ever",
        "tocsin.usecases.deliver_notification",
        "    if failures:\n        work.gate.note_success(channel)\n",
        "",
        aims=("fails now and then",),
    ),
    Mutant(
        "critical pages are never urgent at the gate",
        "tocsin.usecases.deliver_notification",
        "    is_urgent = delivery.event in _URGENT and alert.severity is Severity.CRITICAL\n",
        "    is_urgent = False\n",
        aims=("critical among",),
    ),
    Mutant(
        "the next step goes by number",
        "tocsin.domain.escalation",
        "        if not left[step.mark]:\n            return position\n",
        "        if position == len(asked):\n            return position\n",
        aims=("step that was asked is removed",),
    ),
    Mutant(
        "a step's clock runs from its write",
        "tocsin.domain.step_clock",
        "    if len(known) < max(planned, len(out)):\n",
        "    known = [begun_at]\n    if not known:\n",
        aims=("nobody reads the stream", "steps a minute"),
    ),
    Mutant(
        "a rule's message belongs to a run",
        "tocsin.domain.step_plan",
        "replace(asked, step=0, loop=template.spell, asked_at=first, due_at=due_at)",
        "replace(asked, step=0, loop=template.loop, asked_at=first, due_at=due_at)",
        aims=("more than a run",),
    ),
    Mutant(
        "a rule's message is 40 minutes late",
        "tocsin.domain.step_plan",
        "first + way.after\n",
        "first + way.after + timedelta(minutes=40)\n",
        imports="from datetime import timedelta",
        aims=("rules with",),
    ),
    Mutant(
        "each rise restarts the escalation",
        "tocsin.domain.alert",
        "        is_news = severity.is_worse_than(escalation.worst or before)\n",
        "        is_news = severity.is_worse_than(before)\n",
        aims=("goes up and down",),
    ),
    Mutant(
        "what was on its way is not corrected",
        "tocsin.usecases.follow_notifications",
        "    corrections = [plan_correction(alert, each, ledger, directory) for each in in_doubt]\n",
        "    corrections: list[Delivery | None] = []\n",
        imports="from tocsin.domain.notification import Delivery",
        aims=("provider is slow",),
    ),
    Mutant(
        "e-mails have no updates",
        "tocsin.channels.email",
        "    updates=Updates.TO_OTHERS,\n",
        "    updates=Updates.NONE,\n",
        aims=("given back by a person",),
    ),
    Mutant(
        "no line for what waits",
        "tocsin.usecases.follow_changes",
        "        if not _add(Notification.waiting(each, at=now), outlets).state.has_ended\n",
        "        if now and outlets\n",
        aims=("that waits is not",),
    ),
    Mutant(
        "a write that meets a transaction is given up",
        "tocsin.adapters.aws_json",
        '"TransactionConflictException", "ReplicatedWriteConflictException"',
        '"ReplicatedWriteConflictException"',
        aims=("page and ack", "reopened by"),
    ),
    Mutant(
        "a run that reached nobody is not noticed",
        "tocsin.domain.reach",
        "    return alert.reached_nobody(_why(run), at=at)\n",
        "    return alert\n",
        aims=("nobody of the policy", "many alerts reach nobody"),
    ),
    Mutant(
        "what waits for the last resort counts as told",
        "tocsin.domain.last_resort",
        "        if was_counted and alert_id not in self.waiting:\n",
        "        if was_counted:\n",
        aims=("many alerts reach nobody",),
    ),
    Mutant(
        "the last resort's alerts are forgotten when one is claimed",
        "tocsin.domain.last_resort",
        "        return replace(self._released(counts), told_at=at)\n",
        "        return replace(self._released(self.waiting), told_at=at)\n",
        aims=("more alerts reach nobody",),
    ),
    Mutant(
        "an alert stays unreached although a person was reached",
        "tocsin.usecases.follow_notifications",
        "    if may_have_reached_nobody(ledger):\n        return True\n",
        "",
        aims=("a user gets an address",),
    ),
    Mutant(
        "what a person asked for moves nothing on",
        "tocsin.usecases.follow_notifications",
        "    if delivery.is_by_hand:\n        return True\n",
        "    if delivery.is_by_hand:\n        return False\n",
        aims=("who cannot be reached",),
    ),
    Mutant(
        "whom a person asked alone is not judged",
        "tocsin.domain.reach",
        "    run = _without_run(alert, ledger, by_hand) or _run_that_is_over(alert, ledger)\n",
        "    run = _run_that_is_over(alert, ledger)\n",
        aims=("who cannot be reached",),
    ),
    Mutant(
        "a digest goes while its line is open",
        "tocsin.usecases.deliver_digest",
        "        if _close(line, place, work):\n            break\n",
        "        break\n",
        aims=("storm in waves", "storm on one person"),
    ),
    Mutant(
        "a digest tells of what was acknowledged before",
        "tocsin.usecases.deliver_digest",
        "        and reason_to_skip(alert, member, at) is None\n",
        "",
        aims=("over while it waits", "alert of a storm is left"),
    ),
    Mutant(
        "everything unrelated and everything worse breaks through",
        "tocsin.domain.line",
        "        return self.broke_at is None or at >= self.broke_at + BREAKS_EVERY\n",
        "        return True\n",
        aims=("unrelated alerts",),
    ),
    Mutant(
        "a critical text message waits for two minutes",
        "tocsin.domain.line",
        "        if arriving.is_critical:\n",
        "        if False:\n",
        aims=("becomes worse",),
    ),
    Mutant(
        "a digest is never queued",
        "tocsin.usecases.join_digest",
        "    if line.digest is not None and line.due_at is not None:\n",
        "    if False:\n",
        aims=("storm in waves", "storm on one person"),
    ),
    Mutant(
        "steps of a storm are set apart and forgotten",
        "tocsin.usecases.follow_changes",
        "    if apart:\n        outlets.timers.send(apart, now=now)\n",
        "    assert apart is not None\n",
        aims=("storm on one person",),
    ),
    Mutant(
        "steps of a storm that storage refuses are given up",
        "functions.escalator.parts",
        "    except TryAgainError:\n        raise\n",
        "    except TryAgainError:\n        return\n",
        aims=("storm on one person", "beside a storm"),
    ),
    Mutant(
        "pages that a digest told of are left waiting",
        "tocsin.usecases.deliver_digest",
        "            elif page.state is not told.state:\n",
        "            elif False:\n",
        aims=("storm in waves", "storm on one person"),
    ),
    Mutant(
        "a page that was the only one left of its digest takes another turn",
        "tocsin.usecases.join_digest",
        "    if told.reason == TOLD_ALONE:\n        return Standing.ALONE\n",
        "    if told.reason == TOLD_ALONE:\n        return Standing.OUT\n",
        aims=("alert of a storm is left",),
    ),
    Mutant(
        "silences are not read before a page",
        "tocsin.usecases.deliver_notification",
        "    skip = skip or why_held(alert, delivery, work.paging, work.now())\n",
        "",
        aims=("a page that a rule delays", "silenced while"),
    ),
    Mutant(
        "a page that a silence kept back is forgotten",
        "tocsin.usecases.follow_notifications",
        "    taken_back = outlets.holding(now).take_back(alert, ledger)\n",
        "    taken_back = None\n",
        aims=("a page that a rule delays", "silenced while"),
    ),
    Mutant(
        "the end of a silence releases nothing at once",
        "tocsin.usecases.hold_alerts",
        "            return alert.released(at=self.now) if stands is not None else None\n",
        "            return None\n",
        aims=("a silence ends early",),
    ),
    Mutant(
        "hours hold nothing before a step",
        "tocsin.usecases.hold_alerts",
        "        hours = alert.hold_by_hours(self._at)\n",
        "        hours = None\n",
        aims=("outside the hours", "hours of a route end"),
    ),
    Mutant(
        "the clock of a step runs on in a silence",
        "tocsin.domain.escalation",
        "        left = min(max(due - held.since, timedelta()), self.delay)\n",
        "        left = max(due - at, timedelta())\n",
        aims=("over the second step",),
    ),
    Mutant(
        "who is awake keeps the next step from being begun, whether they do anything or not",
        "tocsin.domain.awake",
        "        return min(self.until, self.seen_at + QUIET_LIMIT)\n",
        "        return self.until\n",
        aims=("awake and then silent",),
    ),
    Mutant(
        "the clock of a step runs on while a person is awake",
        "tocsin.usecases.hold_alerts",
        "        return self.over(alert) or self.by_awake(alert)\n",
        "        return self.over(alert)\n",
        aims=("awake over",),
    ),
    Mutant(
        "nobody is told what came while they were awake",
        "tocsin.usecases.follow_awake",
        "    if awake.ended_at is None:\n        return ()\n",
        "    if True:\n        return ()\n",
        aims=("awake in a storm", "awake over"),
    ),
    Mutant(
        "a batch that comes again tells once more what people did",
        "tocsin.usecases.follow_changes",
        'activity_id=f"{alert.alert_id}-{alert.version}-{position}"',
        'activity_id=f"{alert.alert_id}-{outlets.new_write_id()}-{position}"',
        aims=("page and acknowledgement",),
    ),
    Mutant(
        "what people do to an alert is told nowhere",
        "tocsin.usecases.follow_changes",
        "if not each.is_repeat and via_of",
        "if each.is_repeat and via_of",
        aims=("page and acknowledgement",),
    ),
)


_NO_MISTAKES: Final = ("NameError", "AttributeError", "TypeError")
"""A mutant that raises these is written wrongly."""


class _Loader(importlib.abc.SourceLoader):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def get_filename(self, fullname: str) -> str:
        assert fullname
        return str(self._mutant.path)

    def get_data(self, path: bytes | str) -> bytes:
        assert path
        return self._mutant.source().encode()


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        assert path or target is None
        if fullname != self._mutant.module:
            return None
        return importlib.util.spec_from_loader(fullname, _Loader(self._mutant))


@dataclass(frozen=True)
class Caught:
    """By which history a mistake was noticed."""

    story: str
    seed: int
    problem: str

    def __str__(self) -> str:
        how = "without faults" if self.seed == 0 else f"seed {self.seed}"
        return f"{self.story}, {how}: {self.problem[:200]}"


def tried(mutant: Mutant, rounds: int = ROUNDS) -> Caught | None:
    """Tell stories, calm and then by one seed after the other, until one goes wrong.

    Those that the mistake is about come first, and then all others.
    """
    # The modules are loaded only when the mistake has been made.
    from tests.faults.runs import Tally, calm
    from tests.faults.simulation import CrashedError, StuckError
    from tests.faults.stories import STORIES
    from tests.template_file import read_template
    from tocsin.domain.errors import TocsinError

    template = read_template()
    first = [it for it in STORIES if any(aim in it.name for aim in mutant.aims)]
    for stories in (first, [it for it in STORIES if it not in first]):
        told = []
        for story in stories:
            try:
                told.append(calm(story, template, Tally()))
            except (AssertionError, CrashedError, StuckError, TocsinError) as problem:
                if any(wrong in str(problem) for wrong in _NO_MISTAKES):
                    raise ValueError(problem) from problem
                return Caught(story.name, 0, str(problem))
        for seed in range(1, rounds + 1):
            for each in told:
                problems = each.problems(each.plan(seed), seed)
                if any(wrong in problem for problem in problems for wrong in _NO_MISTAKES):
                    raise ValueError(problems)
                if problems:
                    return Caught(each.story.name, seed, problems[0])
    return None


def main() -> int:
    """Make one mistake, and say by what it was caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=[mutant.name for mutant in MUTANTS])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    mutant = next(it for it in MUTANTS if it.name == asked.name)
    mutant.source()
    sys.meta_path.insert(0, _Finder(mutant))
    began = time.process_time()
    caught = tried(mutant, asked.rounds)
    assert mutant.module in sys.modules, f"nothing imports {mutant.module}"
    print(f"{caught or 'SURVIVES'} ({time.process_time() - began:.1f} s)")
    return caught is None


if __name__ == "__main__":
    sys.exit(main())
