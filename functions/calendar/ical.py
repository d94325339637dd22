"""A calendar in the format of RFC 5545: all times are instants in UTC, so it has no time zones."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import icalendar

from functions.calendar.event import Event

PRODUCT: Final = "-//Tocsin//On call//EN"
REFRESHED_AFTER: Final = timedelta(minutes=15)
"""How often programs are asked to look; many look once a day nevertheless."""


def write_calendar(title: str, events: Sequence[Event]) -> str:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    calendar.add("refresh-interval", REFRESHED_AFTER, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESHED_AFTER)
    for event in events:
        calendar.add_component(_component(event))
    written: bytes = calendar.to_ical()
    return written.decode()


def _component(event: Event) -> icalendar.Event:
    component = icalendar.Event()
    component.add("uid", event.uid)
    # RFC 5545 requires it; the time of writing would make each answer another one.
    component.add("dtstamp", event.begins)
    component.add("dtstart", event.begins)
    component.add("dtend", event.ends)
    component.add("summary", event.summary)
    component.add("transp", "TRANSPARENT")
    if event.description:
        component.add("description", event.description)
    return component
