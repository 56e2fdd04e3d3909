"""In use for half an hour it holds no more than after ten minutes: `make reliability SOAK=30`."""

import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.postgresql import demand, execute, new_database
from tests.reliability.conftest import Tell
from tests.reliability.nodes import node
from tests.reliability.soak import GROWTH, SETTINGS, Sample, Soak, bytes_in, has_grown
from tests.reliability.soak_picture import picture
from tests.startup.processes import ROOT, running

SERVE = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
PICTURE = ROOT / "docs" / "soak.svg"


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_it_holds_no_more_after_a_while(soak_minutes: float, tmp_path: Path, tell: Tell) -> None:
    demand()
    url = new_database()

    def on_disk() -> int:
        return int(execute(url, "SELECT pg_database_size(current_database())")[0][0])

    with ExitStack() as stack:
        file: dict[str, Any] = {"FRONTDESK_THROTTLE": "off", **SETTINGS}
        on_file = stack.enter_context(running(SERVE, tmp_path, **file))
        on_server = stack.enter_context(node(url, tmp_path, **SETTINGS))
        soaks = {
            "SQLite": Soak(on_file, lambda: bytes_in(tmp_path / "data")),
            "PostgreSQL": Soak(on_server, on_disk),
        }
        with ExitStack() as uses:
            for soak in soaks.values():
                uses.enter_context(soak.running())
            ends = time.monotonic() + 60 * soak_minutes
            while time.monotonic() < ends and not any(each.is_over(1) for each in soaks.values()):
                pass
        assert not [each for soak in soaks.values() for each in soak.failures]
    PICTURE.write_text(picture({name: soak.samples for name, soak in soaks.items()}))
    for name, soak in soaks.items():
        last = soak.samples[-1].values
        held = ", ".join(f"{what} {value:,.0f}" for what, value in last.items())
        tell(f"{name}, {soak_minutes:.0f} minutes, {soak.requests:,} requests; at the end {held}")
    for server in (on_file, on_server):
        assert '"status":500' not in server.output()
        assert "Traceback" not in server.output()
    grown = {name: has_grown(soak.samples) for name, soak in soaks.items()}
    assert not any(grown.values()), grown


def test_what_grows_is_found() -> None:
    def held(minutes: int, memory: float) -> Sample:
        return Sample(minutes, {**dict.fromkeys(GROWTH, 100.0), "memory, MiB": memory})

    flat = [held(minute, 50 if minute < 10 else 100) for minute in range(30)]
    growing = [held(minute, 100 + minute) for minute in range(30)]
    assert has_grown(flat) == {}
    assert list(has_grown(growing)) == ["memory, MiB"]
    assert "nan" not in picture({"SQLite": flat, "PostgreSQL": growing})
