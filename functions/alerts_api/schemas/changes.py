"""Whether anything changed."""

from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.model import Answer, View
from functions.alerts_api.schemas.operation import TEXT, Operation, Parameter


class ChangesSeen(View):
    """Where the changes are by now."""

    cursor: str = Field(
        description="An opaque text, for the `since` of the next request.", examples=["4711"]
    )


OPERATIONS: Final = {
    "show_changes": Operation(
        tag="Alerts",
        summary="Say whether anything changed that a page shows",
        description=(
            "Keep the cursor *before* you read lists, and ask with it every few seconds: 204 means "
            "that nothing changed since, 200 that they are to be read again. A cursor moves about "
            "a second after a change of alerts, incidents, notifications or the configuration, and "
            "once more some seconds later, when lists are sure to show it; it may also move "
            "without a change. That a sender repeats an alert moves it; a heartbeat's ping and "
            "the use of a key do not."
        ),
        query=(
            Parameter(
                "since",
                "The cursor that you have; without it the answer is 200.",
                {**TEXT, "examples": ["4710"]},
            ),
        ),
        other_statuses=(204,),
        answer=Answer[ChangesSeen],
    ),
}
