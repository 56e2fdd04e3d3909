"""Real processes, started as a user would."""

import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from click.testing import CliRunner

from entrypoints.commands import main

ROOT = Path(__file__).parents[2]
START_SECONDS = 30


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """A clean one: only PATH and what the test sets."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "FRONTDESK_DATA_DIR": str(folder / "data"),
        "FRONTDESK_BCRYPT_COST": "10",
        **settings,
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def in_this_process(
    arguments: Sequence[str], folder: Path, **settings: str
) -> subprocess.CompletedProcess[str]:
    """A command as `run` runs it, but where its lines are counted as tested."""
    wanted = environment(folder, **settings)
    unset = dict.fromkeys(name for name in os.environ if name.startswith("FRONTDESK_"))
    result = CliRunner().invoke(
        main, list(arguments), env={**unset, **wanted}, prog_name="frontdesk"
    )
    failed = result.exception and not isinstance(result.exception, SystemExit)
    said = "".join(traceback.format_exception(result.exception)) if failed else ""
    return subprocess.CompletedProcess(
        list(arguments), result.exit_code, result.stdout, result.stderr + said
    )


@dataclass
class Running:
    url: str
    process: subprocess.Popen[str]
    log: Path

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def output(self) -> str:
        return self.log.read_text()


@contextmanager
def running(
    command: list[str],
    folder: Path,
    *,
    port: int | None = None,
    cwd: Path = ROOT,
    **settings: str,
) -> Iterator[Running]:
    """Run a command whose `{port}` is replaced, wait until it answers, and stop it at the end."""
    port = port or free_port()
    log = folder / f"log-{port}"
    with log.open("w") as output:
        process = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=cwd,
            env=environment(folder, **settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    server = Running(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait_until_it_answers(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(20)


def run(
    command: list[str],
    folder: Path,
    *,
    stdin: str | None = None,
    cwd: Path = ROOT,
    **settings: str,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(folder, **settings),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _wait_until_it_answers(server: Running) -> None:
    for _ in range(START_SECONDS * 20):
        if server.process.poll() is not None:
            break
        try:
            httpx.get(f"{server.url}/healthz")
        except httpx.TransportError:
            select.select([], [], [], 0.05)
        else:
            return
    raise AssertionError(f"no answer:\n{server.output()}")
