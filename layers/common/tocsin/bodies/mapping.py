"""The mapping of a generic integration: JMESPath expressions, read before they are kept."""

from typing import Annotated, Final

from jmespath import compile as parse
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from pydantic import AfterValidator, Field

from tocsin.bodies.model import ConfigurationBody

EXPRESSION_LIMIT: Final = 1_000
"""Characters of one expression."""


def _readable(expression: str) -> str:
    try:
        parsed = parse(expression).parsed
    except JMESPathError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"must be a JMESPath expression: {reason}") from None
    except RecursionError:
        raise ValueError("must be a JMESPath expression that is nested less") from None
    nodes = [parsed]
    while nodes:
        node = nodes.pop()
        if node["type"] == "function_expression" and node["value"] not in Functions.FUNCTION_TABLE:
            raise ValueError(f"must call functions of JMESPath: {node['value']} is none")
        nodes += [child for child in node["children"] if isinstance(child, dict)]
    return expression


type Expression = Annotated[
    str, Field(min_length=1, max_length=EXPRESSION_LIMIT), AfterValidator(_readable)
]


class MappingBody(ConfigurationBody):
    """Where in a body the parts of an alert are; what is left out is looked for as usual."""

    entries: Expression | None = Field(
        None,
        description="A list; each member is an alert, and the rest is read in it.",
        examples=["alerts"],
    )
    dedup_key: Expression | None = Field(None, examples=["join('/', [job.name, job.host])"])
    name: Expression | None = Field(None, examples=["job.name"])
    summary: Expression | None = Field(None, examples=["message"])
    reason: Expression | None = Field(None, examples=["job.log"])
    severity: Expression | None = Field(None, examples=["level"])
    status: Expression | None = Field(
        None,
        description="A word: resolved, ok, closed, up, …; acknowledged; anything else fires.",
        examples=["state"],
    )
    source: Expression | None = Field(None, examples=["job.system"])
    object: Expression | None = Field(None, examples=["job.host"])
    labels: Expression | None = Field(None, description="An object.", examples=["tags"])
    links: Expression | None = Field(
        None, description="An object of names and addresses.", examples=["{Job: job.url}"]
    )
    current_value: Expression | None = Field(None, examples=["job.exit_code"])
    started_at: Expression | None = Field(None, examples=["job.ended_at"])

    def expressions(self) -> dict[str, str]:
        return {part: it for part, it in self.model_dump().items() if it is not None}
