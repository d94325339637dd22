"""The checks of an integration, as JSON."""

import json
from dataclasses import asdict

from tocsin.domain.intake_checks import (
    Basic,
    HeaderToken,
    IntakeChecks,
    Signature,
    SignatureAlgorithm,
)


def write_checks(checks: IntakeChecks) -> str:
    return json.dumps(asdict(checks), separators=(",", ":"), ensure_ascii=False)


def read_checks(written: str) -> IntakeChecks:
    said = json.loads(written)
    signature, basic, token = said["signature"], said["basic"], said["header_token"]
    if signature:
        signature["algorithm"] = SignatureAlgorithm(signature["algorithm"])
    return IntakeChecks(
        signature=Signature(**signature) if signature else None,
        basic=Basic(**basic) if basic else None,
        header_token=HeaderToken(**token) if token else None,
        allowed_cidrs=tuple(said["allowed_cidrs"]),
    )
