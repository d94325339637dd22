"""What the refusals of all products have in common."""

from tocsin.domain.errors import InvalidInputError, NotFoundError, Problem, TocsinError
from tocsin.lambda_runtime.http import BEARER, error_headers


def headers_of(error: TocsinError) -> dict[str, str]:
    """Which headers a refusal has; no other product's client could answer with a Bearer key."""
    return {name: text for name, text in error_headers(error).items() if text != BEARER}


def nothing_here() -> NotFoundError:
    """The refusal of a path that the product has and we have not, or that neither has."""
    return NotFoundError("There is nothing at this path.")


def wrong_parameter(name: str, problem: str) -> InvalidInputError:
    return InvalidInputError("A query parameter of the list is wrong.", [Problem(name, problem)])
