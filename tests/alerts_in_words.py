"""One night's alert, for tests of what people read: it began at 02:58 in Berlin."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.examples import MINUTE, PROMETHEUS, as_read, trigger
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.people import OnCallAlways
from tocsin.domain.phrase import Phrase, plain
from tocsin.domain.reader import Names, Reader
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts

BEGAN = datetime(2026, 11, 27, 1, 58, tzinfo=UTC)
BERLIN = "Europe/Berlin"
FACTS = Facts(
    name="CheckoutHigh5xx",
    summary="Checkout: 8.4 % of requests fail with 5xx",
    reason="5xx ratio is 8.4 % of 212 requests a second.\nTop pods:\n  checkout-7c9f-abc12   412",
    object="checkout",
    labels={"service": "checkout", "cluster": "prod-eu-1"},
    urls={
        "Runbook": "https://runbooks.example.com/checkout-5xx",
        "Dashboard": "https://grafana.example.com/d/checkout",
        "Logs": "https://logs.example.com/checkout?q=status%3E499",
    },
)
NAMES = Names(
    users={"alice": "", "bob": "", "carol": "", "dave": "Dave Jones"},
    by_slack_id={"U03BOB": "bob"},
    channels=frozenset({"ops", "payments"}),
    on_call=OnCallAlways(payments=("bob",)),
)
OPS = Reader(name="ops", is_person=False, zone=BERLIN)


def person(name: str, zone: str = BERLIN) -> Reader:
    return Reader(name=name, is_person=True, zone=zone)


def policy(
    *steps: str | Sequence[str], repeat: int = 0, ack_timeout: timedelta | None = None
) -> EscalationPolicy:
    """Steps of five minutes each; a target is a user's name, or `channel:ops`."""
    return EscalationPolicy(
        name="payments",
        steps=tuple(
            Step(
                name=f"step {number}",
                targets=tuple(map(_target, [step] if isinstance(step, str) else step)),
                delay=5 * MINUTE,
            )
            for number, step in enumerate(steps, 1)
        ),
        repeat=repeat,
        ack_timeout=ack_timeout,
    )


def _target(name: str) -> Target:
    kind, colon, named = name.partition(":")
    return Target(TargetKind(kind), named) if colon else Target(TargetKind.USER, name)


THREE_STEPS = policy("alice", "bob", "carol", ack_timeout=timedelta(hours=1))


def opened(severity: Severity = Severity.CRITICAL, facts: Facts = FACTS) -> Alert:
    signal = replace(trigger(severity=severity), facts=facts)
    slot = PROMETHEUS.slot_of(signal)
    return as_read(Alert.open(signal, integration=PROMETHEUS.integration, slot=slot, at=BEGAN))


def paged(
    of: EscalationPolicy | None = THREE_STEPS,
    *,
    steps: int = 1,
    severity: Severity = Severity.CRITICAL,
    facts: Facts = FACTS,
) -> Alert:
    """Steps are begun five minutes after each other, the first 3 minutes after it began."""
    alert = opened(severity, facts)
    for step in range(steps):
        alert = as_read(alert.escalate(of, at=BEGAN + (3 + 5 * step) * MINUTE))
    return alert


def unbroken(phrase: Phrase | str) -> str:
    """No-break spaces stand before units, as tests say by plain ones."""
    text = phrase if isinstance(phrase, str) else plain(phrase)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def is_hostile(sign: str) -> bool:
    """Whether a character controls a terminal, breaks a line or turns the direction of text."""
    return unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} or sign in _TURNS


_TURNS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
