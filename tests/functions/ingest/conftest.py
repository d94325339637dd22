"""Intake on a simulated table, and a fixture for each type that is called like it."""

import pytest

from tests.functions.ingest.gateway import Gateway, registered
from tocsin.domain.integration import IntegrationType


@pytest.fixture
def gateway() -> Gateway:
    """There is no integration and no key yet."""
    return Gateway()


globals().update({type_.replace("-", "_"): registered(type_) for type_ in IntegrationType})
