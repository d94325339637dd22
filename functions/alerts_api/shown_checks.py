"""The checks of an integration, shown without their secrets, which are only ever written."""

from typing import Any, Final

from tocsin.domain.intake_checks import IntakeChecks

MASK: Final = "********"
"""Stands for a secret that is there and not shown; sent back, it means that one."""


def view_checks(checks: IntakeChecks) -> dict[str, Any]:
    """Show what is asked for, as PUT and PATCH would take it."""
    signature, basic, token = checks.signature, checks.basic, checks.header_token
    return {
        "signature": signature
        and {
            "header": signature.header,
            "algorithm": signature.algorithm,
            "prefix": signature.prefix,
            "timestamp_header": signature.timestamp_header,
            "secret": MASK,
        },
        "basic": basic and {"user": basic.user, "password": MASK},
        "header_token": token and {"header": token.header, "token": MASK},
        "allowed_cidrs": list(checks.allowed_cidrs),
    }
