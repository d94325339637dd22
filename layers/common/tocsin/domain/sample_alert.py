"""The alert in the message of a channel's test."""

from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId, entropy, is_ulid, ulid
from tocsin.domain.notification import Delivery
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts

_NOTHING_RANDOM = bytes(10)


def sample_alert(delivery: Delivery) -> Alert:
    """Make the alert of a channel's test; it is not stored."""
    at = delivery.due_at
    alert_id = delivery.alert_id
    if not is_ulid(alert_id):
        alert_id = AlertId(ulid(at, entropy(_NOTHING_RANDOM)))
    return Alert(
        alert_id=alert_id,
        integration="tocsin",
        dedup_key="channel-test",
        severity=Severity.INFO,
        facts=Facts(
            name="Channel test",
            summary=f"Messages to {delivery.channel} arrive.",
            reason="This message was sent as a test. Nothing is wrong, nothing is to be done.",
        ),
        output_hash="",
        last_seen_at=at,
        changed_at=at,
    )
