"""The alert in the message of a test, of a channel or of a person's contact method."""

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import TargetKind
from tocsin.domain.ids import AlertId, entropy, is_ulid, ulid
from tocsin.domain.notification import Delivery
from tocsin.domain.people import method_in_words
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts

_NOTHING_RANDOM = bytes(10)


def sample_alert(delivery: Delivery) -> Alert:
    """Make the alert of a test; it is not stored."""
    at = delivery.due_at
    alert_id = delivery.alert_id
    if not is_ulid(alert_id):
        alert_id = AlertId(ulid(at, entropy(_NOTHING_RANDOM)))
    return Alert(
        alert_id=alert_id,
        integration="tocsin",
        dedup_key="test",
        severity=Severity.INFO,
        facts=Facts(
            name="Test",
            summary=f"Messages to {_named(delivery)} arrive.",
            reason="This message was sent as a test. Nothing is wrong, nothing is to be done.",
        ),
        output_hash="",
        last_seen_at=at,
        changed_at=at,
    )


def _named(delivery: Delivery) -> str:
    is_to_user = delivery.target.startswith(f"{TargetKind.USER}:")
    way = method_in_words(delivery.channel)
    return f"{delivery.target_name} by {way}" if is_to_user else delivery.channel
