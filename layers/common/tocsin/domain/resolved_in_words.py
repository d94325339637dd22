"""How a resolved alert ended, in words."""

from tocsin.domain.duration import spelled
from tocsin.domain.ids import AUTO
from tocsin.domain.next_in_words import View
from tocsin.domain.phrase import Phrase, Span
from tocsin.domain.reader import starting
from tocsin.domain.sender_text import NAME_SHOWN, one_line
from tocsin.domain.times_in_words import lasting


def why_resolved(view: View, *, with_city: bool = False) -> Phrase:
    """Say: `prod-prometheus reported recovery at 03:04.`, or `Bob resolved it at 03:04.`."""
    alert, clock = view.alert, view.clock
    at = alert.resolved_at or clock.now
    by = alert.resolved_by
    city = (Span(f" ({clock.city})"),) if with_city and clock.has_city(at) else ()
    when: Phrase = (*clock.day_and_time(at), *city, Span("."))
    if by == AUTO:
        routed, closes_at = alert.routed, alert.closes_at
        if routed and routed.close_after and closes_at and closes_at <= at:
            closed = f"It was not repeated for {spelled(routed.close_after)}, and its route "
            name = one_line(routed.route, NAME_SHOWN)
            return (Span(f"{closed}{name} resolved it at ", is_strong=True), *when)
        is_lapse = alert.lapses_at is not None and alert.lapses_at <= at
        why = "did not repeat it any more" if is_lapse else "reported recovery"
        return (Span(f"{view.integration} {why}, and it was resolved at ", is_strong=True), *when)
    if view.names.is_reader(by, view.reader):
        return (Span("You resolved it at ", is_strong=True), *when)
    name = starting(view.names.of_actor(by))
    did = "reported recovery" if (by or "").startswith("integration:") else "resolved it"
    return (Span(f"{name} {did} at ", is_strong=True), *when)


def how_it_was(view: View) -> Phrase:
    """Say: `It lasted 23 min, and Bob had it since 03:03.`."""
    alert = view.alert
    lasted = lasting((alert.resolved_at or view.clock.now) - alert.fired_at)
    if alert.acknowledged_by is None or alert.acknowledged_at is None:
        return (Span(f"It lasted {lasted}; nobody had acknowledged it."),)
    holder = "you" if view.has_it else view.names.of_actor(alert.acknowledged_by)
    return (
        Span(f"It lasted {lasted}, and {holder} had it since "),
        *view.clock.day_and_time(alert.acknowledged_at),
        Span("."),
    )
