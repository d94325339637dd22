"""Secrets are named in a file, and never written into it."""

import re
from collections.abc import Iterator
from typing import Final

from tocsin.bodies.channel_settings import full_name_of_secret, problem_of_secret
from tocsin.domain.errors import Problem
from tocsin.team_file.places import found, texts

NAMED_SECRETS: Final = (
    "channels[].secret",
    "integrations[].signature.secret",
    "integrations[].basic.password",
    "integrations[].header_token.token",
    "integrations[].token.parameter",
)
"""Where names of parameters stand."""
WRITTEN: Final = (
    "is a secret itself: write it to a parameter (aws ssm put-parameter --type SecureString), and "
    "name that here"
)
_GENERATED: Final = "channels"
"""Below it lie the secrets that a stack generates."""
_SECRET_ITSELF: Final = re.compile(
    r"(?:whsec_|xox[a-z]-|xapp-|sk[_-]|gh[a-z]_|glpat-|AKIA|tocsin_)[\w+/=-]{10,}|-----BEGIN .*"
    r"|[a-z+]+://\S*|[0-9a-fA-F]{32,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?=\S*[0-9])(?=\S*[A-Z])(?=\S*[a-z])[A-Za-z0-9+=]{32,}"
)
_ANYWHERE: Final = re.compile(
    r"\b(?:whsec_[A-Za-z0-9+/=]{16,}|xox[abeprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,})"
    r"|hooks\.slack(?:-gov)?\.com/services/[A-Za-z0-9]|-----BEGIN [A-Z ]*PRIVATE KEY-----"
)
"""Secrets that show what they are."""
_UNSEEN: Final = re.compile(r"(?:^|\.)(?:secret|password|token|parameter|url)(?:$|[.\[])")


def may_show(path: str) -> bool:
    """Whether a message may repeat what stands at a path."""
    return not _UNSEEN.search(path)


def problems_of_secrets(data: object, stack: str | None) -> Iterator[Problem]:
    """Say where a secret is written, or where a name is none that this stack may use.

    Args:
        data: The file, in any shape.
        stack: Where the stack's secrets lie, such as `/tocsin/payments`; None: not known.
    """
    named = dict(pair for pattern in NAMED_SECRETS for pair in found(data, pattern))
    for path, name in named.items():
        if _SECRET_ITSELF.fullmatch(name.rpartition("/")[2]) or "://" in name:
            yield Problem(path, WRITTEN)
        elif stack is not None or not name.startswith("/"):
            below = stack or "/tocsin/stack"
            problem = problem_of_secret(
                full_name_of_secret(name, below),
                stack=below,
                generated_below=f"{below}/{_GENERATED}",
                is_known=False,
            )
            if problem:
                yield Problem(path, problem)
    for path, text in texts(data):
        if path not in named and _ANYWHERE.search(text):
            yield Problem(path, f"holds a secret: {WRITTEN.removeprefix('is a secret itself: ')}")
