"""A log that nobody reads, or that cannot be written, harms nobody."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from adapters.monitoring.log_queue import LineHandler, LineListener
from tests.startup.processes import ROOT, environment, free_port


@pytest.mark.parametrize("kind", ["stuck", "full"])
def test_requests_go_on_while_the_log_cannot_be_written(kind: str, tmp_path: Path) -> None:
    port = free_port()
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(
            [sys.executable, "-m", "entrypoints", "serve", "--port", str(port)],
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


@contextmanager
def writing(handler: LineHandler, descriptor: int) -> Iterator[LineHandler]:
    listener = LineListener(handler, descriptor)
    listener.start()
    yield handler
    listener.stop()


def test_lines_keep_their_order_and_the_last_ones_are_not_lost() -> None:
    reading, descriptor = os.pipe()
    lines = [f"line {number}\n" for number in range(3_000)]
    with writing(LineHandler(), descriptor) as handler:
        for line in lines:
            handler.enqueue(line)
    os.close(descriptor)
    with os.fdopen(reading) as output:
        assert output.readlines() == lines


def test_lines_too_many_are_counted_and_the_count_is_told() -> None:
    reading, descriptor = os.pipe()
    handler = LineHandler(capacity=10)
    for number in range(25):
        handler.enqueue(f"line {number}\n")
    with writing(handler, descriptor):
        pass
    os.close(descriptor)
    with os.fdopen(reading) as output:
        told = output.readlines()
    assert told[:10] == [f"line {number}\n" for number in range(10)]
    assert told[10:] == ['{"event":"log lines dropped","count":15,"level":"warning"}\n']


def test_lines_that_a_full_disk_refused_are_counted() -> None:
    handler = LineHandler(capacity=2)
    for number in range(3):
        handler.enqueue(f"{number}\n")
    with Path("/dev/full").open("w") as full, writing(handler, full.fileno()):
        pass
    assert handler.dropped == 3


def test_a_reader_that_is_stuck_does_not_hold_up_the_end() -> None:
    reading, descriptor = os.pipe()
    began = time.monotonic()
    with writing(LineHandler(), descriptor) as handler:
        handler.enqueue("x" * 1_000_000)
    assert time.monotonic() - began < 20
    os.close(reading)
    os.close(descriptor)
