"""A log that nobody reads, or that cannot be written, harms nobody."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.startup.processes import ROOT, environment, free_port


@pytest.mark.parametrize("kind", ["stuck", "full"])
def test_requests_go_on_while_the_log_cannot_be_written(kind: str, tmp_path: Path) -> None:
    port = free_port()
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(
            [sys.executable, "-m", "entrypoints.serve", "--port", str(port)],
            cwd=ROOT,
            env=environment(tmp_path),
            stdout=subprocess.PIPE if kind == "stuck" else full,
            stderr=subprocess.DEVNULL,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            for _ in range(300):
                try:
                    client.get("/healthz")
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            assert {client.get("/healthz").status_code for _ in range(1000)} == {200}
        process.terminate()
        assert process.wait(15) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
