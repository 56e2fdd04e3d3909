"""What was tried and counted is told at the end of the run."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[[str], None]

_told: list[str] = []


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often to kill the service: 50 times in `make reliability`."""
    return int(request.config.getoption("--kills"))


@pytest.fixture
def soak_minutes(request: pytest.FixtureRequest) -> float:
    """How long to use it: `make reliability SOAK=30`."""
    return float(request.config.getoption("--soak"))


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Say what this test has tried and counted."""
    name = request.node.name
    return lambda text: _told.append(f"{name}: {text}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _told:
        terminalreporter.section("reliability: tried and counted")
        for line in _told:
            terminalreporter.line(line)
