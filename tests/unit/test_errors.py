"""The closed list of refusals."""

from collections.abc import Iterator

import pytest

from tocsin.domain import errors
from tocsin.domain.errors import Problem, TocsinError


def every_error(parent: type[TocsinError] = TocsinError) -> Iterator[type[TocsinError]]:
    for error in parent.__subclasses__():
        yield error
        yield from every_error(error)


FAMILIES = tuple(TocsinError.__subclasses__())


def in_docstring() -> set[str]:
    words = (errors.__doc__ or "").split()
    return {word for word in words if word.endswith("Error") and word != "TocsinError"}


def test_the_families_are_those_that_the_module_draws() -> None:
    ours = {family.__name__ for family in FAMILIES if family.__module__ == errors.__name__}

    assert ours == in_docstring()


@pytest.mark.parametrize("error", sorted(set(every_error()), key=str))
def test_every_error_has_a_family_and_a_code_that_clients_may_see(
    error: type[TocsinError],
) -> None:
    assert issubclass(error, FAMILIES)
    assert error.code != TocsinError.code
    assert error.code.replace("_", "").isalpha()
    assert error.__doc__


def test_an_error_reads_as_its_message_and_carries_what_is_wrong_where() -> None:
    error = errors.InvalidInputError("The body is wrong.", [Problem("name", "is missing")])

    assert str(error) == "The body is wrong."
    assert error.details == (Problem("name", "is missing"),)


def test_a_missing_alert_does_not_say_which() -> None:
    assert str(errors.AlertNotFoundError()) == "There is no alert with this id."
