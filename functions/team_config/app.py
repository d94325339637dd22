"""Applies the team's file when CloudFormation asks: the Lambda handler and its wiring."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SQS, SSM, AwsError
from tocsin.adapters.new_role import is_denied, once_allowed
from tocsin.domain.errors import InvalidInputError, TocsinError
from tocsin.domain.ids import WriteId
from tocsin.file_lines import line_of, unpacked
from tocsin.lambda_runtime.custom_resource import (
    FAILED,
    SUCCESS,
    RequestError,
    cut,
    send_answer,
)
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings, SettingsError
from tocsin.lambda_runtime.time_left import Context

if TYPE_CHECKING:
    from functions.team_config.deployment import Deployment

DESCRIPTION: Final = "Tocsin made it for its team's file; see docs/teams.md"
SECONDS_TO_ANSWER: Final = 15
"""Three attempts of three seconds, and the pauses between them."""
SHOWN_BYTES: Final = 1_400
"""Of a summary and of warnings each: an answer holds 4,096 in all."""
UNKNOWN_FAULT: Final = "Something went wrong; the log of TeamConfigFunction says where."
OUT_OF_TIME: Final = "The file was not applied within the time that the function has."


def handler(event: dict[str, Any], context: Context) -> None:
    """Do what CloudFormation asks, and report success or failure."""

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > SECONDS_TO_ANSWER * 1000

    respond(event, lambda: _wire(has_time))


def respond(event: Mapping[str, Any], wire: Callable[[], Deployment]) -> None:
    """Answer one request. The event itself is never logged: its address is a credential."""
    log = make_log("team_config")
    facts = {
        "resource": event["LogicalResourceId"],
        "request_type": event["RequestType"],
        "request_id": event["RequestId"],
    }
    physical_id = str(event.get("PhysicalResourceId") or event["LogicalResourceId"])
    try:
        report = once_allowed(lambda: wire().act(event))
    except Exception as error:
        log.exception("Team's file not applied", **facts)
        if event["RequestType"] == "Delete":
            # The stack must go; what the file managed stays as it is.
            send_answer(event, SUCCESS, [], physical_id, data={})
        else:
            send_answer(event, FAILED, _reason(error, event), physical_id)
    else:
        warnings = list(report.warnings)
        log.info("Team's file applied", summary=report.summary, warnings=warnings, **facts)
        data = {
            "Summary": cut(report.summary, SHOWN_BYTES),
            "Warnings": cut("; ".join(warnings) or "none", SHOWN_BYTES),
        }
        send_answer(event, SUCCESS, [], physical_id, data=data)


def _reason(error: Exception, event: Mapping[str, Any]) -> Sequence[str]:
    from functions.team_config.apply_file import OutOfTimeError

    match error:
        case InvalidInputError(details=[_, *_] as details):
            lines = unpacked(str(event["ResourceProperties"].get("Lines", "")))
            return [_problem(it.field, it.problem, lines) for it in details]
        case AwsError(code=code, message=message) if is_denied(error):
            return [f"{code}: {message}"]
        case AwsError(code=code):
            return [f"AWS refused with {code}."]
        case OutOfTimeError():
            return [OUT_OF_TIME]
        case TocsinError() | SettingsError() | RequestError():
            return [str(error)]
        case _:
            return [UNKNOWN_FAULT]


def _problem(field: str, problem: str, lines: Mapping[str, int]) -> str:
    line = line_of(field, lines)
    place = f"line {line}: " if line is not None else ""
    return f"{place}{field}: {problem}" if field else problem


def _wire(has_time: Callable[[], bool]) -> Deployment:
    """Wire on use, not on import, so that faults are reported to CloudFormation."""
    from functions.team_config.deployment import Deployment
    from functions.team_config.secrets import Secrets
    from functions.team_config.stores import stores_of
    from tocsin.adapters.dynamodb.activity.scribe import Scribe
    from tocsin.adapters.dynamodb.configuration.deployment_requests import (
        DynamoDBDeploymentRequests,
    )
    from tocsin.adapters.queues import SqsDeliveries
    from tocsin.adapters.ssm_parameters import SsmParameters
    from tocsin.bodies.facts import facts_of
    from tocsin.domain.activity import TEAM_FILE_ACTOR, Author

    settings = Settings.from_environment()
    call = aws_client(DYNAMODB, settings.aws).call
    scribe = Scribe(
        table_name=settings.table_name,
        author=lambda _: Author(TEAM_FILE_ACTOR, datetime.now(UTC)),
        facts=facts_of,
    )
    parameters = SsmParameters(
        aws_client(SSM, settings.aws).call, DESCRIPTION, settings.secrets_key
    )
    return Deployment(
        stores=stores_of(call, settings.table_name, settings.retention, scribe),
        requests=DynamoDBDeploymentRequests(call, settings.table_name),
        secrets=Secrets(
            parameters=parameters,
            stack=settings.channel_secrets_prefix.rpartition("/")[0],
            api_url=settings.public_url,
            random_bytes=secrets.token_bytes,
        ),
        deliveries=SqsDeliveries(aws_client(SQS, settings.aws).call, settings.deliveries_queue_url),
        team=settings.team,
        allows_private=settings.allows_private_webhooks,
        now=lambda: datetime.now(UTC),
        new_write_id=lambda: WriteId(secrets.token_hex(8)),
        has_time=has_time,
        wait=time.sleep,
    )
