"""Other products' clients, with an integration of some type behind the token."""

import pytest

from tests.functions.ingest.alerta_client import Alerta
from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.functions.ingest.opsgenie_client import Opsgenie
from tocsin.domain.integration import IntegrationType


@pytest.fixture
def opsgenie(rest: Gateway) -> Opsgenie:
    """The endpoint speaks Opsgenie's language for an integration of any type."""
    return Opsgenie(rest)


@pytest.fixture
def opened(opsgenie: Opsgenie) -> Opsgenie:
    """There is an alert of alias disk."""
    opsgenie.create()
    return opsgenie


@pytest.fixture(params=["", f"/i/{TOKEN}"], ids=["at the root", "below the token"])
def anywhere(request: pytest.FixtureRequest, gateway: Gateway) -> Opsgenie:
    gateway.register(IntegrationType.OPSGENIE)
    return Opsgenie(gateway, request.param)


@pytest.fixture
def alerta(rest: Gateway) -> Alerta:
    """The endpoint speaks Alerta's language for an integration of any type."""
    return Alerta(rest)


@pytest.fixture
def fired(alerta: Alerta) -> Alerta:
    """There is an alert of severity major."""
    alerta.alert_of()
    return alerta
