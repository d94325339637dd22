"""Silences and maintenance windows: what matches pages nobody for a time."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.configuration import Configured, Kind, ShownDuration, Warned
from functions.alerts_api.schemas.model import Answer, Instant, Listing
from functions.alerts_api.schemas.operation import Operation
from tocsin.bodies.maintenance_windows import WindowBody, WindowChange
from tocsin.bodies.silences import MATCH_EXAMPLE, SilenceBody, SilenceChange
from tocsin.domain.errors import (
    MaintenanceWindowNotFoundError,
    ManagedElsewhereError,
    SilenceNotFoundError,
)
from tocsin.domain.silence import SilenceStatus

SILENCES: Final = "Silences"
WINDOWS: Final = "Maintenance windows"


class ShownSilence(Configured):
    """A silence, and what it holds back now."""

    name: str = Field(examples=["silence-3f9a6d0c"])
    match: list[str] = Field(examples=[MATCH_EXAMPLE])
    integration: str | None = Field(
        description="Of a silence that a client made below an integration's URL: it holds alerts "
        "of this integration only.",
        examples=[None],
    )
    status: SilenceStatus = Field(
        description="`expired` once it has ended; it is listed for five days more."
    )
    from_: Instant = Field(alias="from")
    to: Instant
    reason: str = Field(examples=["Deployment"])
    author: str = Field(description="Who made it, or changed it last.", examples=["carol"])
    ended_at: Instant | None = Field(
        description="When a person ended it; null: nobody did.", examples=[None]
    )
    holding: int = Field(description="How many alerts it holds back now.", examples=[3])
    holding_ids: list[str] = Field(
        description="The first 20 of them.", examples=[["01KJM5ZZ00DRQ5V1N9YH3KW2TB"]]
    )
    matches_nothing: bool = Field(
        description="Whether no open alert matches, though it has not expired: maybe a mistake."
    )


class ShownWindow(ShownSilence):
    """A maintenance window, and what it holds back now; `from` and `to` are its occurrence."""

    name: str = Field(examples=["window-3f9a6d0c"])
    rrule: str | None = Field(
        description="Null where it opens once.", examples=["FREQ=WEEKLY;BYDAY=SU"]
    )
    start: str | None = Field(examples=["2026-03-01T02:30:00"])
    time_zone: str | None = Field(examples=["Europe/Berlin"])
    duration: ShownDuration | None = Field(
        description="Of each occurrence; null where it opens once.", examples=["2h"]
    )


_HOLDS: Final = (
    "Alerts that match page nobody until its end; the clock of their steps stops. What still "
    "fires then is paged."
)
_ENDS: Final = (
    "What it holds is released at once. It is listed as expired for five days more. 204; or 200 "
    "with the number of alerts that it held."
)


def _operations(kind: Kind, post: str) -> dict[str, Operation]:
    operations = kind.operations
    words = kind.words.replace(" ", "_")
    put = operations[f"put_{words}"]
    return {
        **operations,
        post: replace(
            put,
            summary=f"Make a {kind.words}",
            description=f"With a generated name. {_HOLDS}",
            status=HTTPStatus.CREATED,
            other_statuses=(),
            errors=(),
        ),
        f"delete_{words}": replace(
            operations[f"delete_{words}"],
            summary=f"End a {kind.words} now",
            description=_ENDS,
            errors=(kind.not_found, ManagedElsewhereError),
        ),
    }


OPERATIONS: Final = {
    **_operations(
        Kind(
            words="silence",
            plural="silences",
            tag=SILENCES,
            body=SilenceBody,
            change=SilenceChange,
            page=Listing[ShownSilence],
            shown=Answer[ShownSilence],
            put=Warned[ShownSilence],
            not_found=SilenceNotFoundError,
            about_put=_HOLDS,
        ),
        "make_silence",
    ),
    **_operations(
        Kind(
            words="maintenance window",
            plural="maintenance windows",
            tag=WINDOWS,
            body=WindowBody,
            change=WindowChange,
            page=Listing[ShownWindow],
            shown=Answer[ShownWindow],
            put=Warned[ShownWindow],
            not_found=MaintenanceWindowNotFoundError,
            about_put=_HOLDS,
        ),
        "make_maintenance_window",
    ),
}
