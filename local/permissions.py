"""Permissions that ministack asks for and AWS does not.

AWS covers an operation on a batch of messages by the permission for one message
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html);
ministack asks for one of the batch's own name. The template stays as AWS wants it, and the roles
in the embedded AWS get the second name beside the first.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from local.aws import Aws

COVERED_BY = {
    "sqs:SendMessage": "sqs:SendMessageBatch",
    "sqs:DeleteMessage": "sqs:DeleteMessageBatch",
}


def add_batch_permissions(aws: Aws, role_names: Iterable[str]) -> None:
    iam = aws.client("iam")
    for role in role_names:
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            wanted = with_batches(policy)
            if wanted != policy:
                iam.put_role_policy(
                    RoleName=role, PolicyName=name, PolicyDocument=json.dumps(wanted)
                )


def with_batches(policy: Mapping[str, Any]) -> dict[str, Any]:
    statements = policy["Statement"]
    statements = [statements] if isinstance(statements, Mapping) else statements
    return {**policy, "Statement": [_with_batches(statement) for statement in statements]}


def _with_batches(statement: Mapping[str, Any]) -> dict[str, Any]:
    actions = statement.get("Action", [])
    actions = [actions] if isinstance(actions, str) else list(actions)
    more = [COVERED_BY[action] for action in actions if action in COVERED_BY]
    more = [action for action in more if action not in actions]
    return {**statement, "Action": [*actions, *more]} if more else dict(statement)
