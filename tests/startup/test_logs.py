"""A log that nobody reads, or that cannot be written, harms nobody."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from entrypoints.log_writer import LogWriter
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


def test_lines_keep_their_order_and_the_last_ones_are_not_lost() -> None:
    reading, writing = os.pipe()
    lines = [f"line {number}\n" for number in range(3_000)]
    writer = LogWriter(descriptor=writing)
    for line in lines:
        writer.write(line)
    writer.close()
    os.close(writing)
    with os.fdopen(reading) as output:
        assert output.readlines() == lines


def test_a_writer_that_is_closed_before_its_thread_gets_going_loses_nothing() -> None:
    reading, writing = os.pipe()
    writer = LogWriter(descriptor=writing)
    writer._closing.set()  # as if `close` had been quicker
    writer.write("the only line\n")
    writer.close()
    os.close(writing)
    with os.fdopen(reading) as output:
        assert output.read() == "the only line\n"


def test_lines_too_many_are_counted_and_the_count_is_told() -> None:
    reading, writing = os.pipe()
    writer = LogWriter(capacity=10, descriptor=writing)
    for number in range(25):
        writer.write(f"line {number}\n")
    writer.close()
    os.close(writing)
    with os.fdopen(reading) as output:
        told = output.readlines()
    assert told[:10] == [f"line {number}\n" for number in range(10)]
    assert told[10:] == ['{"event":"log lines dropped","count":15,"level":"warning"}\n']


def test_lines_that_a_full_disk_refused_are_counted() -> None:
    with Path("/dev/full").open("w") as full:
        writer = LogWriter(descriptor=full.fileno())
        writer.write("one\n")
        writer.write("two\n")
        writer.close()
    assert writer.dropped == 2
