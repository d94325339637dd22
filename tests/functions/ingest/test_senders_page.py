"""docs/senders.md says what the code says, and every type has what a type needs."""

from pathlib import Path

import pytest

from functions.ingest import senders
from functions.ingest.senders import Sender, sender_of
from local.senders_table import PAGE, with_table
from tests.wire import FOLDER
from tocsin.domain.integration import IntegrationType

OURS = {IntegrationType.REST, IntegrationType.EVENTS, IntegrationType.MONITOR}
"""Our own formats, of which there is no other program to capture."""


def test_the_table_is_that_of_the_code() -> None:
    page = PAGE.read_text()

    assert with_table(page) == page, "run `make senders`"


@pytest.mark.parametrize("type_", IntegrationType)
def test_every_type_has_a_module_and_a_page_of_set_up(type_: IntegrationType) -> None:
    page = (PAGE.parent / f"senders/{type_}.md").read_text()

    assert isinstance(sender_of(type_), Sender)
    assert page.startswith(f"# Type `{type_}`\n")


def test_the_folder_of_senders_holds_a_module_for_each_type_and_no_other() -> None:
    modules = {it.stem for it in Path(senders.__file__).parent.glob("*.py")} - {"__init__"}

    assert modules == {it.replace("-", "_") for it in IntegrationType}


def test_every_other_products_type_has_samples() -> None:
    lacking = {it for it in set(IntegrationType) - OURS if not list((FOLDER / it).glob("*.*"))}

    assert not lacking
