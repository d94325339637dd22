"""Types of integration: what each product's sender reads, and how it is set up."""

from typing import Any, Final

from pydantic import Field

from functions.alerts_api.schemas.model import Answer, Listing, View
from functions.alerts_api.schemas.operation import CURSOR, LIMIT, Operation
from tocsin.domain.errors import InvalidInputError, NotFoundError
from tocsin.domain.integration import IntegrationType

TAG: Final = "Integrations"


class ListedType(View):
    """A type, and whose bodies it reads."""

    type: IntegrationType
    product: str = Field(examples=["Prometheus Alertmanager"])


class IntegrationTypeSetUp(ListedType):
    """How a product is set up, and what of its bodies is read."""

    fires: str = Field(
        description="The fields by which an alert fires.", examples=["`status` `firing`"]
    )
    resolves: str = Field(
        description="The fields by which it is over; `-`: none.", examples=["`status` `resolved`"]
    )
    dedup_key: str = Field(
        description="The fields that distinguish its alerts.", examples=["`fingerprint`"]
    )
    severity: str = Field(
        description="Where its severity comes from.", examples=["label `severity`"]
    )
    steps: str = Field(
        description=(
            "How the product is set up, as Markdown; `https://ADDRESS/i/TOKEN` stands for the "
            "integration's URL."
        ),
        examples=["Alerting → Contact points → Add."],
    )
    example: dict[str, Any] | list[Any] | None = Field(
        description="A body that opens an alert; null where its headers matter too.",
        examples=[{"status": "firing"}],
    )


OPERATIONS: Final = {
    "list_integration_types": Operation(
        tag=TAG,
        summary="List the types of integration",
        description="In the order of their names.",
        query=(LIMIT, CURSOR),
        answer=Listing[ListedType],
        errors=(InvalidInputError,),
    ),
    "get_integration_type": Operation(
        tag=TAG,
        summary="Read how a product is set up",
        answer=Answer[IntegrationTypeSetUp],
        errors=(NotFoundError,),
    ),
}
