"""Intake on a simulated table, with an integration of each type behind the token."""

import pytest

from tests.functions.ingest.gateway import Gateway
from tocsin.domain.integration import IntegrationType


@pytest.fixture
def gateway() -> Gateway:
    """There is no integration and no key yet."""
    return Gateway()


@pytest.fixture
def rest(gateway: Gateway) -> Gateway:
    """The token belongs to a sender that speaks Harp's language."""
    gateway.register(IntegrationType.REST)
    return gateway


@pytest.fixture
def events(gateway: Gateway) -> Gateway:
    """The token belongs to a sender that speaks PagerDuty's language."""
    gateway.register(IntegrationType.EVENTS)
    return gateway
