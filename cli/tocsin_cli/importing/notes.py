"""What an import could not carry over, and what to do about it: coded notes, with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from tocsin_cli.text import clean


class Meaning(NamedTuple):
    says: str
    to_do: str


MEANINGS: Final = {
    "AllDayEvent": Meaning(
        "An event of whole days: from midnight to midnight in the calendar's zone.",
        "Nothing.",
    ),
    "BlockedUser": Meaning(
        "The person is blocked or switched off in the source and cannot be paged there;"
        " their turn is `nobody`.",
        "Give the turn to a person, or take it out.",
    ),
    "DisabledSchedule": Meaning(
        "The schedule is switched off in the source, and is left out.",
        "Nothing, if it stays so.",
    ),
    "EmptySchedule": Meaning(
        "The schedule has nothing that puts anybody on call; it is left out, and so are"
        " targets that name it.",
        "Nothing; or write the schedule by hand.",
    ),
    "EventCancelled": Meaning(
        "The event is cancelled in the calendar, and is left out.",
        "Nothing.",
    ),
    "PastEvents": Meaning(
        "Events that are over are left out.",
        "Nothing.",
    ),
    "EventRange": Meaning(
        "The change of an instance is for all later ones too (RANGE); only the one is changed.",
        "Check the dates after it.",
    ),
    "EventUnnamed": Meaning(
        "No person is named in the event's summary.",
        "Write a user's name or e-mail address into the summary, and import again.",
    ),
    "ExcludedDay": Meaning(
        "The source excludes a time at which, by the clock of the schedule's zone, no "
        "shift begins; the shift of that day is left out.",
        "Check the day.",
    ),
    "GapInRotation": Meaning(
        "Nobody is on call by this schedule at these times.",
        "Nothing, if that is meant; else add a layer below.",
    ),
    "LayerZone": Meaning(
        "The rotation keeps another time zone than its schedule; its times are moved "
        "into the schedule's zone as clocks stand now.",
        "Look at its handoffs after the next change of clocks.",
    ),
    "LayersMissing": Meaning(
        "The source names the schedule without its layers; it is left out, and so are "
        "targets that name it.",
        "Read the schedule by itself, add the answer to the source, and import again.",
    ),
    "CalendarByAddress": Meaning(
        "The schedule is a calendar behind an address, which the source does not hold; "
        "it is left out, and so are targets that name it.",
        "Save the calendar as a file and import it with the kind `ics`.",
    ),
    "MonthlyShift": Meaning(
        "The rotation changes hands by the month in a way that a layer cannot say exactly.",
        "Check the layer by hand.",
    ),
    "NonPersonTurn": Meaning(
        "The turn is given to something that is no person; it is `nobody`.",
        "Give the turn to a person, or take it out.",
    ),
    "OverrideNotCarried": Meaning(
        "The override is for a rotation that is left out, and so it is left out itself.",
        "Add an override to the schedule, if it is wanted.",
    ),
    "OverlappingRotations": Meaning(
        "In the source several rotations of one schedule are on call at once. Each that"
        " overlaps has a schedule of its own here; steps name them all.",
        "Nothing.",
    ),
    "OverlappingShifts": Meaning(
        "A shift is longer than the time to the next one, so that two people are on "
        "call at once; here each shift ends when the next begins.",
        "Write two layers, if both are wanted.",
    ),
    "PastOverride": Meaning(
        "Overrides that are over are left out.",
        "Nothing.",
    ),
    "PlannedChange": Meaning(
        "A planned change of a rotation; it is a version of the layer.",
        "Nothing.",
    ),
    "PriorityInSummary": Meaning(
        "`[L2]` in a summary is the event's priority, as Grafana OnCall reads it: higher ones win.",
        "Nothing.",
    ),
    "RoundedToMinute": Meaning(
        "Times of day here have no seconds.",
        "Nothing.",
    ),
    "RotationEnded": Meaning(
        "The rotation has ended, and is left out.",
        "Nothing.",
    ),
    "RotationWithoutPeople": Meaning(
        "The rotation has no people, and is left out.",
        "Nothing.",
    ),
    "ShiftWithoutSchedule": Meaning(
        "The shift belongs to no schedule of the source; it is a schedule of its own.",
        "Put it into the schedule where it belongs.",
    ),
    "TeamParticipant": Meaning(
        "A whole team has the turn; here it is its people together, as they are now.",
        "Change the layer when the team changes.",
    ),
    "TooManyEvents": Meaning(
        "More events that happen once than a schedule has room for beside what recurs; "
        "the later ones are left out.",
        "Add overrides for them, or import again later.",
    ),
    "TooLong": Meaning(
        "More people, hours or excluded days than a layer may have; the last are left out.",
        "Divide the rotation.",
    ),
    "TooManyLayers": Meaning(
        "More rotations than a schedule may have layers; the last are left out.",
        "Divide the schedule.",
    ),
    "TooManyOverrides": Meaning(
        "More overrides than a schedule may have; the last are left out.",
        "Add them later.",
    ),
    "HourlyShift": Meaning(
        "Shifts by the hour with breaks between them; a layer cannot say that.",
        "Check the layer by hand.",
    ),
    "TurnLength": Meaning(
        "Turns of this length cannot be counted in whole hours.",
        "Check the layer by hand.",
    ),
    "UnknownSchedule": Meaning(
        "The source does not say what the schedule is called, or which time zone it "
        "keeps; UTC is assumed.",
        "Set `name` and `time_zone`.",
    ),
    "UtcHandoff": Meaning(
        "The source counts this schedule's times in UTC, so its handoffs move by an "
        "hour on the wall when clocks change. It is carried over as it is.",
        "To hand over by the clock on the wall, set `time_zone` to the team's zone and "
        "adjust the times.",
    ),
    "AddressMissing": Meaning(
        "The source does not say the address that a rule needs; the rule is left out.",
        "Add the address and the rule.",
    ),
    "ContactNotCarried": Meaning(
        "A way to reach a person that Tocsin has not, or has once only.",
        "Nothing; or add a rule by another contact method.",
    ),
    "ImportantRules": Meaning(
        "The source has rules for important notifications and rules for others: here "
        "the former are for critical alerts, the latter for all others.",
        "Check the person's rules.",
    ),
    "PhoneUnreadable": Meaning(
        "The number is not of the form +15550100.",
        "Set `phone`.",
    ),
    "ShiftNotice": Meaning(
        "A rule about the beginning of shifts; such notices are settings of the team here.",
        "Nothing.",
    ),
    "UnknownUser": Meaning(
        "The source names a person only by an id. The user has no address.",
        "Set `email`, and `name` if you like; or name people with `--users`.",
    ),
    "TooManyUsers": Meaning(
        "More people than a file may have; some whom nothing names are left out.",
        "Nothing; or divide the file.",
    ),
    "UserGone": Meaning(
        "The person is gone from the source, or deleted there; turns are `nobody`, and "
        "targets are left out.",
        "Give the turn or the target to another person.",
    ),
    "VoiceRule": Meaning(
        "There are no voice calls; the rule sends an SMS.",
        "Nothing; or take the rule out.",
    ),
    "AckModeAll": Meaning(
        "In the source each of several people has to acknowledge; here the first who "
        "does ends the escalation.",
        "Nothing, or page them one by one.",
    ),
    "AllNotified": Meaning(
        "The step asks all people of a team; they are named one by one, as the team is now.",
        "Change the step when the team changes.",
    ),
    "ClosesAfterAll": Meaning(
        "The source closes the alert after the last repeat; here it stays open.",
        "Set `close_after` on a route, if it should end by itself.",
    ),
    "ConditionalPath": Meaning(
        "A path that branches by a condition: the branch that pages is carried over, "
        "without the condition.",
        "Write a policy for each case, and routes that choose.",
    ),
    "DelayLimited": Meaning(
        "The delay is longer or shorter than a step may have, 1 s to 24 h.",
        "Check the step's delay.",
    ),
    "ImportantStep": Meaning(
        "The step asks people by their rules for important notifications; here rules of"
        " users follow the alert's severity.",
        "Set `severity` on a route, if its alerts are not critical.",
    ),
    "NoRoute": Meaning(
        "Nothing leads alerts to a policy.",
        "Add routes or integrations that name one; or call one policy `default`.",
    ),
    "AlternatingHandovers": Meaning(
        "Turns of different lengths, which layers cannot say in these units.",
        "Check the layer by hand.",
    ),
    "LowUrgency": Meaning(
        "The target is asked with low urgency; here rules of users follow the alert's severity.",
        "Set `severity` on a route, if its alerts are not critical.",
    ),
    "PolicyFirstStepWaits": Meaning(
        "The first step waits. Routes to this policy hold the first page as long, an hour at most.",
        "Check `hold` of its routes.",
    ),
    "PolicyNextOnCall": Meaning(
        "The step asks who is on call next.",
        "Nothing: `position: next`.",
    ),
    "PolicyTeamAdmins": Meaning(
        "The step asks a team's admins; they are named one by one, as they are now.",
        "Change the step when they change.",
    ),
    "PolicyUnsupportedTarget": Meaning(
        "A target that has no counterpart; it is left out.",
        "Name a user, a channel or a schedule instead.",
    ),
    "PolicyWaitsForClose": Meaning(
        "The step asks also after somebody acknowledged, as long as the alert is open; "
        "here an acknowledgement ends the escalation.",
        "Set `ack_timeout`, so that it goes on.",
    ),
    "PolicyWithoutTargets": Meaning(
        "The policy, or this step of it, asks nobody; it is left out.",
        "Add a target, if somebody should be asked.",
    ),
    "RepeatAfter": Meaning(
        "The source repeats the path in a way that a policy cannot say.",
        "Check `repeat` and the last step's delay.",
    ),
    "RepeatLimited": Meaning(
        "A policy repeats 10 times at most.",
        "Nothing.",
    ),
    "RepeatResetsAck": Meaning(
        "The source takes acknowledgements back when it repeats.",
        "Set `ack_timeout`.",
    ),
    "RoundRobin": Meaning(
        "The source asks one of these people in turn; here all of them are asked at once.",
        "Make a schedule whose turns they share, and name that.",
    ),
    "StepDropped": Meaning(
        "A step that has no counterpart; it is left out.",
        "See the value; write it otherwise if it matters.",
    ),
    "StepHours": Meaning(
        "The source waits here for some hours of the day, in UTC. Steps after it have them as "
        "`only`: outside of them they are left out, unless nobody else can be asked.",
        "Check the hours.",
    ),
    "StepsAfterRepeat": Meaning(
        "Steps after the one that repeats never run; they are left out.",
        "Nothing.",
    ),
    "AlertGrouping": Meaning(
        "The source groups alerts; Tocsin joins alerts by their dedup key, and bundles pages.",
        "Nothing; see docs/storms.md.",
    ),
    "AutoResolve": Meaning(
        "The source resolves after this time; here it counts from the last repeat: "
        "`close_after` of a route.",
        "Nothing.",
    ),
    "ContinueRoute": Meaning(
        "`continue: true`: the alert goes on to later routes too. Here the first route "
        "that matches decides.",
        "Name the targets of both in one policy.",
    ),
    "EmailIntegration": Meaning(
        "An integration that takes e-mail; there is no such thing.",
        "Let the sender use a URL instead.",
    ),
    "GroupBy": Meaning(
        "Grouping of messages; here each alert is one, and pages are bundled.",
        "Nothing; see docs/storms.md.",
    ),
    "GroupTiming": Meaning(
        "Times of grouping and repeating; they have no counterpart.",
        "Set `bundle` in the settings, or `repeat` of the policy.",
    ),
    "HeartbeatNotCarried": Meaning(
        "A heartbeat, or part of it, that is left out.",
        "Write it by hand, if it is needed.",
    ),
    "HoursNotCarried": Meaning(
        "Hours that a route, a step or a window cannot say.",
        "Write them by hand.",
    ),
    "Inhibition": Meaning(
        "One alert keeps others quiet: there is no counterpart.",
        "Keep the rule in Alertmanager, in front of Tocsin; or leave it.",
    ),
    "IntegrationActions": Meaning(
        "Filters and templates of an integration are left out; the sender's body is "
        "read as docs/senders.md says.",
        "Write routes for what the filters did.",
    ),
    "IntegrationType": Meaning(
        "An integration of a type that Tocsin has not; it is of type `generic`.",
        "Set `type` and `mapping`.",
    ),
    "IntegrationWithoutKey": Meaning(
        "The source does not say the integration's key.",
        "Copy it from the console into a parameter, and add `token: {parameter: …}`; or"
        " give the sender the new URL.",
    ),
    "JinjaRoute": Meaning(
        "The route is a template; it is left out.",
        "Write a route with matchers.",
    ),
    "KeyKept": Meaning(
        "The key goes on working as the integration's token: senders change the host only.",
        "Run the private script before you deploy.",
    ),
    "KeyNotKept": Meaning(
        "The key cannot be taken over: a token has 20 to 128 of A-Z, a-z, 0-9, _ and -.",
        "Give the sender the new URL.",
    ),
    "MaintenanceNotCarried": Meaning(
        "A maintenance window, or part of it, that is left out.",
        "Write it by hand, if it is needed.",
    ),
    "MuteInterval": Meaning(
        "Times in which a route is quiet; here they are maintenance windows with the "
        "route's matchers, or `only` of the route.",
        "Check the windows.",
    ),
    "PastSilence": Meaning(
        "What is over is left out.",
        "Nothing.",
    ),
    "PolicyWithoutRules": Meaning(
        "The escalation has no rules, so it pages nobody; it is left out, and so is "
        "what leads to it.",
        "Nothing; alerts for it follow the next route that matches.",
    ),
    "PriorityFromIntegration": Meaning(
        "The route looks at the priority; alerts have the priority that their sender "
        "says, P3 if it says none.",
        "Check the severity of what senders send.",
    ),
    "ReceiverElsewhere": Meaning(
        "The receiver pages by another product. It goes on doing so by an Apprise "
        "channel, until you replace it.",
        "Replace the channel by a schedule or a user.",
    ),
    "ReceiverNotCarried": Meaning(
        "A receiver, or part of it, that has no counterpart; it is left out.",
        "Add a channel by hand.",
    ),
    "RegexRoute": Meaning(
        "The route looks for a pattern in the whole text of an alert; it is left out.",
        "Write a route with matchers.",
    ),
    "RouteCondition": Meaning(
        "A condition that matchers cannot say; the route is left out.",
        "Write the route by hand.",
    ),
    "RouteHours": Meaning(
        "The route holds only at some hours.",
        "Check `only` of the route.",
    ),
    "RouteToNobody": Meaning(
        "The route leads to nobody, so its alerts page nobody in the source; it is left"
        " out, and they follow the next route that matches.",
        "Write a policy with a channel that nobody minds, and a route to it.",
    ),
    "SecretNamed": Meaning(
        "A secret of the source is named, never written.",
        "Run the private script before you deploy.",
    ),
    "SecretValueMissing": Meaning(
        "The source does not hold the secret's value.",
        "Put the parameter by hand before you deploy.",
    ),
    "SecretsNotWritten": Meaning(
        "The source has secrets, whose values were not written: no `--secrets` was given.",
        "Import again with `--secrets FILE`, or put the parameters by hand.",
    ),
    "SendResolved": Meaning(
        "The receiver hears nothing when an alert is over; here it does.",
        "Nothing.",
    ),
    "ServiceOff": Meaning(
        "The service is switched off in the source; its integrations are paused.",
        "Nothing; or take them out.",
    ),
    "ServiceWithoutIntegration": Meaning(
        "The service has no integration that can be taken over; nothing of it is in the file.",
        "Nothing.",
    ),
    "SupportHours": Meaning(
        "The urgency follows support hours; here alerts have the higher of the two at all times.",
        "Let senders say the severity, or set `only` on rules of users, so that what "
        "can wait waits.",
    ),
    "TurnedOff": Meaning(
        "It is switched off in the source, and is left out.",
        "Nothing, if it stays so.",
    ),
    "UrgencyAsSeverity": Meaning(
        "High urgency is critical here, low urgency is warning; a route sets it.",
        "Nothing; or take the route out, and let senders say the severity.",
    ),
    "WebhookBody": Meaning(
        "The receiver gets Tocsin's body instead of the source's.",
        "See docs/webhooks.md.",
    ),
    "WebhookCredential": Meaning(
        "The webhook's URL holds a credential, so it is a secret: an Apprise channel sends there.",
        "Run the private script before you deploy.",
    ),
    "WebhookStep": Meaning(
        "The step calls a webhook that the source does not hold; it is left out.",
        "Add a channel of type webhook.",
    ),
    "RuleNotCarried": Meaning(
        "A rule of a person that has no counterpart; it is left out.",
        "Write it by hand, if it is needed.",
    ),
    "SeveralTeams": Meaning(
        "The source has several teams; all of them are in one file.",
        "Divide the file: each team has its own.",
    ),
    "EventAdded": Meaning(
        "Dates are added to the recurrence (RDATE); they are left out.",
        "Add overrides for them.",
    ),
    "NotImported": Meaning(
        "Something in the source that an import does not read.",
        "Nothing; or write it by hand.",
    ),
}
"""By code. A note may say more than this in its own words."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The difference in who is on call that a note announces."""

    schedule: str
    """As the source calls it: a key of `Draft.schedules`."""
    person: str | None = None
    """Whose presence differs, by the name in the file; None: anybody's."""
    since: datetime | None = None
    """None: at all times before `until`."""
    until: datetime | None = None
    """None: at all times from `since` on."""

    def holds(self, at: datetime) -> bool:
        """Whether it is about an instant."""
        is_late = self.since is not None and at < self.since
        return not is_late and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    code: str
    place: str
    value: str
    to_do: str
    about: tuple[str, str] | None = None
    """Section and name of the object in the file."""
    explains: Explained | None = None


@dataclass(slots=True)
class Notes:
    _notes: dict[Note, None] = field(default_factory=dict)

    def add(
        self,
        code: str,
        place: str,
        value: str = "",
        *,
        to_do: str = "",
        about: tuple[str, str] | None = None,
        explains: Explained | None = None,
    ) -> None:
        note = Note(
            code=code,
            place=clean(place),
            value=" ".join(clean(value).split()),
            to_do=to_do or MEANINGS[code].to_do,
            about=about,
            explains=explains,
        )
        self._notes[note] = None

    def __iter__(self) -> Iterator[Note]:
        return iter(self._notes)

    def __len__(self) -> int:
        return len(self._notes)
