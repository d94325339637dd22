"""Which notices about shifts are sent."""

from typing import Annotated, Final, Literal

from pydantic import Field

from tocsin.domain.on_call.notice import OPTIONAL

ABOUT_NOTICES: Final = (
    "Which notices about shifts are sent, by Slack or else by e-mail: `shift_begins`, "
    "`shift_ended`, `shifts_moved` (a schedule was changed, or somebody took a shift) and `week` "
    "(the shifts of the coming week, on Mondays). An empty list: none."
)
Notices = Annotated[
    list[Literal["shift_begins", "shift_ended", "shifts_moved", "week"]],
    Field(max_length=len(OPTIONAL), json_schema_extra={"uniqueItems": True}),
]
