"""Permissions that ministack asks for and AWS does not.

AWS covers an operation on a batch of messages by the permission for one message
(https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html);
ministack asks for one of the batch's own name. AWS finds the identity that an e-mail comes from;
ministack asks for every identity there could be. The template stays as AWS wants it, and the roles
in the embedded AWS get the second name beside the first.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from local.stack.aws import Aws

COVERED_BY = {
    "sqs:SendMessage": "sqs:SendMessageBatch",
    "sqs:DeleteMessage": "sqs:DeleteMessageBatch",
}
OF_NO_RESOURCE = {"ses:SendEmail"}


def add_permissions(aws: Aws, role_names: Iterable[str]) -> None:
    iam = aws.client("iam")
    for role in role_names:
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            wanted = with_more(policy)
            if wanted != policy:
                iam.put_role_policy(
                    RoleName=role, PolicyName=name, PolicyDocument=json.dumps(wanted)
                )


def with_more(policy: Mapping[str, Any]) -> dict[str, Any]:
    statements = policy["Statement"]
    statements = [statements] if isinstance(statements, Mapping) else statements
    return {**policy, "Statement": [_with_more(statement) for statement in statements]}


def _with_more(statement: Mapping[str, Any]) -> dict[str, Any]:
    actions = _listed(statement.get("Action", []))
    more = [COVERED_BY[action] for action in actions if action in COVERED_BY]
    more = [action for action in more if action not in actions]
    wanted = {**statement, "Action": [*actions, *more]} if more else dict(statement)
    if not OF_NO_RESOURCE.isdisjoint(actions):
        wanted["Resource"] = "*"
    return wanted


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
