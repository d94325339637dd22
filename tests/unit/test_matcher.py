"""Matchers: which labels they take, and that no pattern takes long."""

import time

import pytest

from tocsin.domain.errors import InvalidInputError
from tocsin.domain.matcher import VALUE_LIMIT, Matcher, Operator


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ('team=~"pay.*|shop"', "payments", True),
        ('team=~"pay.*|shop"', "my shop", False),
        ('team!~"pay.*|shop"', "my shop", True),
        ('team=~"(?i)PAY.*"', "payments", True),
        ('team=~".*"', "", True),
    ],
)
def test_a_pattern_matches_the_whole_value(text: str, value: str, *, holds: bool) -> None:
    assert Matcher.parse(text).matches({"team": value}) is holds


@pytest.mark.parametrize(
    "pattern",
    [
        *("(?=a)b", r"(a)\\1", "(?<!a)b", "a++", "a{1001}", "((a{100}){100}){100}", "("),
        *("(a", "[", r"(\\pL{1,100}){1,10}"),
    ],
)
def test_a_pattern_that_is_not_linear_is_refused_with_a_sentence(pattern: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Matcher.parse(f'team=~"{pattern}"')

    (problem,) = caught.value.details
    assert problem.problem.startswith("is no pattern that is matched in linear time")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('team=="payments"', 'team="payments"'),
        ("team==payments", 'team="payments"'),
        ('team="=payments"', 'team="payments"'),
        ("team == payments", 'team="payments"'),
        ("team===payments", 'team="payments"'),
        ('team!=="payments"', 'team!="payments"'),
        ('team == "the payments"', 'team="the payments"'),
        ('team = = "a"', 'team="a"'),
        ('team=~="a|b"', 'team=~"a|b"'),
    ],
)
def test_two_equals_signs_are_refused_with_what_is_right(text: str, right: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        Matcher.parse(text)

    (problem,) = caught.value.details
    assert problem.problem.startswith(f"has an = too many: {right} is right")
    assert str(Matcher.parse(right)) == right


def test_a_value_that_begins_with_a_sign_is_matched_by_a_pattern() -> None:
    assert Matcher.parse('team=~"=payments"').matches({"team": "=payments"})


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", ".*a.*a.*a.*b", "(x+x+)+y", "(a|a)*b", "(?:a?){50}a{50}b", "(a{0,30}){0,30}b"],
)
def test_a_pattern_of_strangers_takes_no_time(pattern: str) -> None:
    matcher = Matcher.parse(f'output=~"{pattern}"')
    began = time.thread_time()
    is_found = [matcher.matches({"output": letter * 100_000}) for letter in "ax"]
    took = time.thread_time() - began

    assert not any(is_found) or pattern == "(a+)+$"
    assert took < 0.1


def test_a_pattern_sees_the_beginning_of_a_long_value() -> None:
    long = "a" * VALUE_LIMIT + "b"

    assert Matcher.parse('output=~"a+"').matches({"output": long})
    assert Matcher("output", Operator.IS, long).matches({"output": long})


@pytest.mark.parametrize("operator", [Operator.MATCHES, Operator.MATCHES_NOT])
def test_a_stored_pattern_that_is_not_linear_holds_for_nothing(operator: Operator) -> None:
    assert not Matcher("team", operator, "(?=a)a").matches({"team": "a"})
