"""What was tried and counted is told at the end of the run."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[[str], None]

_told: list[str] = []


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
