"""A service in use for a while, and what it holds meanwhile: memory, descriptors, files, log."""

import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from frontdesk_client import Frontdesk

from tests.client import Client, Response, connect
from tests.startup.processes import Running

CLIENTS = 3
READS = 30
PAUSE_SECONDS = 0.05
EVERY_SECONDS = 5
PASSWORD = "a password of the soak"
OLD_DAYS = "0.002"  # three minutes, so that what is kept for a while is as old as it gets soon
SETTINGS = {
    "FRONTDESK_EVENT_DAYS": OLD_DAYS,
    "FRONTDESK_REQUEST_LOG_DAYS": OLD_DAYS,
    "FRONTDESK_REQUEST_LOG_NOTABLE_DAYS": OLD_DAYS,
}
GROWTH = {
    "memory, MiB": 1.05,
    "descriptors": 1.1,
    "database, MiB": 1.1,
    "log, bytes a request": 1.1,
}
"""How many times as high the last third may be as the second."""

Sizes = Callable[[], int]


@dataclass
class Sample:
    """What was held after so many minutes."""

    minutes: float
    values: dict[str, float]


def has_grown(samples: Sequence[Sample]) -> dict[str, float]:
    """What was more in the last third of the time than in the second, and how many times. The
    first third is for what has to be there once.
    """
    third = len(samples) // 3
    before, after = samples[third : 2 * third], samples[2 * third :]
    found = {}
    for name, most in GROWTH.items():
        was, is_ = (statistics.median(s.values[name] for s in part) for part in (before, after))
        if is_ > most * was:
            found[name] = is_ / was
    return found


class Soak:
    """Clients that live whole lives at the service, an operator who watches, and samples."""

    def __init__(self, server: Running, database_bytes: Sizes) -> None:
        self._server, self._database_bytes = server, database_bytes
        self._over = threading.Event()
        self._began = time.monotonic()
        self._log = 0
        self.samples: list[Sample] = []
        self.requests, self._counted = 0, 0
        self.failures: list[str] = []

    def is_over(self, seconds: float) -> bool:
        """Whether it ended within so many seconds: by a failure, as nobody ends it meanwhile."""
        return self._over.wait(seconds)

    @contextmanager
    def running(self) -> Iterator[None]:
        """As long as the block."""
        jobs: list[Callable[[], None]] = [self._watch, self._sample]
        jobs += [partial(self._visit, number) for number in range(CLIENTS)]
        threads = [threading.Thread(target=self._noting, args=(job,)) for job in jobs]
        with ExitStack() as stack:
            for thread in threads:
                thread.start()
                stack.callback(thread.join)
            stack.callback(self._over.set)
            yield

    def _noting(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception as error:
            self.failures.append(repr(error))
            self._over.set()

    def _visit(self, number: int) -> None:
        with connect(self._server.url) as client:
            for turn in count():
                if self._over.is_set():
                    return
                self._live(client, f"v{number}-{turn}")

    def _live(self, client: Client, name: str) -> None:
        client.cookies.clear()
        self._note(client.sign_up(name, PASSWORD))
        for _ in range(READS):
            self._note(client.me())
        self._note(client.sessions())
        self._note(client.events())
        self._note(client.update(username=f"{name}-new"))
        self._note(client.log_in(f"{name}-new", "not the password"), 403)
        self._note(client.update(password=f"new {PASSWORD}", current_password=PASSWORD))
        self._note(client.export())
        self._note(client.log_out())
        self._note(client.me(), 401)
        self._note(client.log_in(f"{name}-new", f"new {PASSWORD}"))
        self._note(client.delete_account(current_password=f"new {PASSWORD}"))

    def _note(self, answer: Response, status: int = 200) -> None:
        assert answer.status == status, answer.text
        self.requests += 1
        self._over.wait(PAUSE_SECONDS)

    def _watch(self) -> None:
        """As the console does while its pages are open."""
        code = re.search(r"/ops/set-up#([\w-]+)", self._server.output())
        assert code, "the start tells the code"
        with Frontdesk(self._server.url) as operator:
            operator.set_up(code[1], "root", PASSWORD)
            while not self._over.wait(EVERY_SECONDS):
                for path in ("/api/ops/metrics", "/api/ops/logs", "/api/ops/tables/events/rows"):
                    answer = operator.request("GET", path)
                    assert answer.status == 200, answer.text
                    self.requests += 1

    def _sample(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            log = self._server.log.stat().st_size
            requests = self.requests - self._counted
            values = {
                "memory, MiB": sum(map(_memory, self._processes())) / 2**20,
                "descriptors": float(sum(map(_descriptors, self._processes()))),
                "database, MiB": self._database_bytes() / 2**20,
                "log, bytes a request": (log - self._log) / max(1, requests),
            }
            self._log, self._counted = log, self._counted + requests
            self.samples.append(Sample((time.monotonic() - self._began) / 60, values))

    def _processes(self) -> list[int]:
        return _family(self._server.process.pid)


def bytes_in(folder: Path) -> int:
    """Of all files of databases."""
    return sum(path.stat().st_size for path in folder.glob("*.db*"))


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _memory(pid: int) -> int:
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return 1024 * int(found[1]) if found else 0


def _descriptors(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
