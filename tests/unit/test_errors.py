"""The closed list of refusals."""

from collections.abc import Iterator

import pytest

from tocsin.domain import errors
from tocsin.domain.errors import InvalidInputError, Problem, TocsinError
from tocsin.lambda_runtime.http import error_value


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
def test_every_error_has_a_family_and_a_code_that_clients_may_see(error: type[TocsinError]) -> None:
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


def test_an_answer_names_the_first_problems_and_says_how_many_more_there_are() -> None:
    problems = [Problem(f"labels.{number}", "must be a text") for number in range(10_000)]

    details = error_value(InvalidInputError("Wrong.", problems), "request")["details"]

    assert details[0] == {"field": "labels.0", "problem": "must be a text"}
    assert details[-1] == {"field": "…", "problem": "9981 more"}
    assert len(details) == 20


def test_as_many_problems_as_an_answer_names_are_all_named() -> None:
    problems = [Problem("name", f"wrong {number}") for number in range(20)]

    details = error_value(InvalidInputError("Wrong.", problems), "request")["details"]

    assert details[-1] == {"field": "name", "problem": "wrong 19"}


def test_an_answer_gives_nothing_back_at_length() -> None:
    problem = Problem("n" * 100_000, "p" * 100_000)

    (detail,) = error_value(InvalidInputError("Wrong.", [problem]), "request")["details"]

    assert detail == {"field": "n" * 99 + "…", "problem": "p" * 499 + "…"}
