"""What was tried and counted is told at the end of the run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Tell = Callable[[str], None]

HERE = Path(__file__).parent
_told: list[str] = []


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Say what this test has tried and counted."""
    name = request.node.name
    return lambda text: _told.append(f"{name}: {text}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They load the machine, or measure time: nothing else may run beside them."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.alone)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _told:
        terminalreporter.section("reliability: tried and counted")
        for line in _told:
            terminalreporter.line(line)
