"""Says how many requests were made, which is how much the run is worth."""

from collections import Counter

import pytest

REQUESTS = pytest.StashKey[Counter[int]]()


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Counter[int]:
    """How many requests were answered with which status."""
    return pytestconfig.stash.setdefault(REQUESTS, Counter())


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    requests = config.stash.get(REQUESTS, Counter())
    by_status = ", ".join(f"{count} {status}" for status, count in sorted(requests.items()))
    terminalreporter.write_line(f"{requests.total()} requests were answered: {by_status}")
