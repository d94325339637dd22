"""Parameters of `make deploy`: the section's too, which sam alone would drop."""

from typing import Any

import pytest

from ops.samconfig import OperationError, parameters_of, settings_of

SECTION: dict[str, Any] = {"parameter_overrides": "TeamName=payments RetentionDays=365"}


def test_what_the_command_gives_joins_what_the_section_has() -> None:
    assert parameters_of(SECTION, "AdminKeyGeneration=2") == {
        "TeamName": "payments",
        "RetentionDays": "365",
        "AdminKeyGeneration": "2",
    }


def test_what_the_command_gives_wins() -> None:
    assert parameters_of(SECTION, "RetentionDays=30")["RetentionDays"] == "30"


def test_a_list_is_read_as_a_text_is() -> None:
    listed = {"parameter_overrides": SECTION["parameter_overrides"].split()}

    assert parameters_of(listed, "") == parameters_of(SECTION, "")


def test_a_parameter_may_be_emptied() -> None:
    assert parameters_of({}, 'PublicUrl="" EmailFrom=') == {"PublicUrl": "", "EmailFrom": ""}


def test_what_is_no_parameter_is_named() -> None:
    with pytest.raises(OperationError, match=r"^LinkKeyGeneration is no parameter"):
        parameters_of(SECTION, "LinkKeyGeneration 2")


def test_a_section_that_is_not_there_is_named() -> None:
    with pytest.raises(OperationError, match=r"no section \[nobody\]"):
        settings_of("nobody")
