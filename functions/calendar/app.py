"""Calendars of schedules and people: the Lambda handler and its wiring."""

from datetime import UTC, datetime
from typing import Any

from functions.calendar.answers import respond
from functions.calendar.feeds import Feeds
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.adapters.dynamodb.configuration.feed_repository import DynamoDBFeeds
from tocsin.adapters.dynamodb.configuration.override_repository import DynamoDBOverrides
from tocsin.adapters.dynamodb.configuration.schedule_items import SCHEDULES
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings
from tocsin.lambda_runtime.time_left import Context, seconds_left

settings = Settings.from_environment()
_dynamodb = aws_client(DYNAMODB, settings.aws)
_log = make_log(settings.service, settings.log_level)

feeds = Feeds(
    feeds=DynamoDBFeeds(_dynamodb.call, settings.table_name),
    schedules=DynamoDBConfiguration(_dynamodb.call, settings.table_name, SCHEDULES),
    overrides=DynamoDBOverrides(_dynamodb.call, settings.table_name),
    users=DynamoDBConfiguration(_dynamodb.call, settings.table_name, USERS),
    team=settings.team,
)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    _dynamodb.allow(seconds_left(context))
    return respond(event, feeds, at=datetime.now(UTC), log=_log)
