"""The functions' repositories on one simulated table, which answers at once."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.activity.activity_repository import DynamoDBActivity
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.items import alert_from, changes_from
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.awake_items import AWAKE
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
from tocsin.adapters.dynamodb.configuration.feed_repository import DynamoDBFeeds
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.configuration.hold_items import SILENCES, WINDOWS
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects
from tocsin.adapters.dynamodb.configuration.override_repository import DynamoDBOverrides
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES, ROUTES
from tocsin.adapters.dynamodb.configuration.schedule_items import SCHEDULES
from tocsin.adapters.dynamodb.configuration.session_repository import DynamoDBSessions
from tocsin.adapters.dynamodb.configuration.settings_items import SETTINGS
from tocsin.adapters.dynamodb.configuration.swap_repository import DynamoDBSwaps
from tocsin.adapters.dynamodb.incidents.incident_repository import DynamoDBIncidents
from tocsin.adapters.dynamodb.notifications.channel_gate import DynamoDBGate
from tocsin.adapters.dynamodb.notifications.digest_repository import DynamoDBDigests
from tocsin.adapters.dynamodb.notifications.last_resort_repository import DynamoDBLastResort
from tocsin.adapters.dynamodb.notifications.line_repository import DynamoDBLines
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers
from tocsin.adapters.dynamodb.requests.link_repository import DynamoDBShortLinks
from tocsin.adapters.dynamodb.requests.progress_repository import DynamoDBProgress
from tocsin.adapters.dynamodb.timeline.change_counter import DynamoDBChangeCounter
from tocsin.adapters.dynamodb.timeline.storm_repository import DynamoDBStorms
from tocsin.adapters.dynamodb.timeline.timeline_repository import DynamoDBTimeline
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.adapters.dynamodb.timers.sweep_repository import DynamoDBSweeps
from tocsin.domain.alert import Alert
from tocsin.domain.awake import Awake
from tocsin.domain.ids import Fingerprint
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.silence import Silence
from tocsin.domain.timeline import Change
from tocsin_cli.simulated.declared import DECLARED
from tocsin_cli.simulated.table import Parameters, RefusedError, SimulatedTable

TABLE = "tocsin"
RETENTION = timedelta(days=90)

_IS_EPISODE = re.compile(rf"{keys.LIVE}|{keys.EPISODES_FROM}[^#]+")


class Stores:
    """Each repository, and the table below them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.table = SimulatedTable(DECLARED, now)
        self._one_by_one = Lock()
        self.alerts = DynamoDBAlerts(self.call, TABLE, RETENTION)
        self.slots = DynamoDBSlots(self.call, TABLE, RETENTION)
        self.timelines = DynamoDBTimeline(self.call, TABLE, RETENTION)
        self.due = DynamoDBDue(self.call, TABLE)
        self.heartbeats = DynamoDBHeartbeats(self.call, TABLE)
        self.silences = NamedObjects[Silence](self.call, TABLE, SILENCES)
        self.windows = NamedObjects[MaintenanceWindow](self.call, TABLE, WINDOWS)
        self.awake = NamedObjects[Awake](self.call, TABLE, AWAKE)
        self.notifications = DynamoDBNotifications(self.call, TABLE, RETENTION)
        self.digests = DynamoDBDigests(self.call, TABLE, RETENTION)
        self.incidents = DynamoDBIncidents(self.call, TABLE, RETENTION)
        self.sweeps = DynamoDBSweeps(self.call, TABLE)
        self.storms = DynamoDBStorms(self.call, TABLE)
        self.activity = DynamoDBActivity(self.call, TABLE)
        self.change_counter = DynamoDBChangeCounter(self.call, TABLE)
        self.gate = DynamoDBGate(self.call, TABLE)
        self.lines = DynamoDBLines(self.call, TABLE, now)
        self.digests = DynamoDBDigests(self.call, TABLE, RETENTION)
        self.last_resort = DynamoDBLastResort(self.call, TABLE)
        self.policies = DynamoDBConfiguration(self.call, TABLE, POLICIES)
        self.routes = DynamoDBConfiguration(self.call, TABLE, ROUTES)
        self.users = DynamoDBConfiguration(self.call, TABLE, USERS)
        self.channels = DynamoDBConfiguration(self.call, TABLE, CHANNELS)
        self.settings = DynamoDBConfiguration(self.call, TABLE, SETTINGS)
        self.schedules = DynamoDBConfiguration(self.call, TABLE, SCHEDULES)
        self.overrides = DynamoDBOverrides(self.call, TABLE)
        self.swaps = DynamoDBSwaps(self.call, TABLE)
        self.feeds = DynamoDBFeeds(self.call, TABLE)
        self.integrations = DynamoDBIntegrations(self.call, TABLE)
        self.keys = DynamoDBKeys(self.call, TABLE)
        self.sessions = DynamoDBSessions(self.call, TABLE)
        self.answers = DynamoDBAnswers(self.call, TABLE)
        self.progress = DynamoDBProgress(self.call, TABLE)
        self.short_links = DynamoDBShortLinks(self.call, TABLE)

    time_zone = "UTC"
    """The team's."""

    @property
    def paging(self) -> DynamoDBPaging:
        """As a process has it that was just begun: it remembers nothing."""
        return DynamoDBPaging(self.call, TABLE, time_zone=self.time_zone)

    def call(self, operation: str, parameters: Parameters) -> dict[str, Any]:
        """Ask the table, as the functions' own client would."""
        try:
            with self._one_by_one:
                return self.table.answer(operation, parameters)
        except RefusedError as refused:
            raise AwsError(
                refused.code,
                refused.answer["message"],
                item=refused.answer.get("Item"),
                reasons=refused.answer.get("CancellationReasons", ()),
            ) from refused

    def every_alert(self) -> list[Alert]:
        """What is in the slots, and every episode that made room."""
        return [
            alert_from(item)
            for item in self.table.starting_with("A#")
            if _IS_EPISODE.fullmatch(item["sk"]["S"])
        ]

    def changes(self, slot: Fingerprint) -> tuple[Change, ...]:
        """What the newest version in a slot changed."""
        answer = self.call("GetItem", {"TableName": TABLE, "Key": keys.slot_key(slot)})
        return changes_from(answer["Item"])
