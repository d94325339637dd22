"""One version: of the package, the API, its document and what the notifier sends."""

import tomllib
from pathlib import Path

from functions.alerts_api.schemas.document import build_document
from functions.notifier.outbound import USER_AGENT
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.version import VERSION

ROOT = Path(__file__).parents[2]


def test_the_package_has_the_version_that_runs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == VERSION
    assert f"Tocsin/{VERSION}" == USER_AGENT


def test_the_api_says_its_version_to_everybody() -> None:
    anybody = Client.of(World())

    assert anybody.get("/api/v1/version").json == {"data": {"version": VERSION}}
    assert build_document(anybody.api.routes)["info"]["version"] == VERSION
