"""Where each kind of configuration is kept in the table."""

from datetime import timedelta

from functions.alerts_api.references import Stores
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.directory_items import CHANNELS, USERS
from tocsin.adapters.dynamodb.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.policy_items import POLICIES, ROUTES
from tocsin.adapters.dynamodb.slot_repository import DynamoDBSlots


def stores_on(call: Call, table_name: str, retention: timedelta) -> Stores:
    """Make them all for one table."""
    return Stores(
        policies=DynamoDBConfiguration(call, table_name, POLICIES),
        routes=DynamoDBConfiguration(call, table_name, ROUTES),
        users=DynamoDBConfiguration(call, table_name, USERS),
        channels=DynamoDBConfiguration(call, table_name, CHANNELS),
        heartbeats=DynamoDBHeartbeats(call, table_name),
        integrations=DynamoDBIntegrations(call, table_name),
        slots=DynamoDBSlots(call, table_name, retention),
        alerts=DynamoDBAlerts(call, table_name, retention),
    )
