"""Standard output, without ever waiting for whoever reads it."""

import atexit
import os
import threading
from collections import deque

_CLOSING_SECONDS = 2
_GATHERING_SECONDS = 0.05


class LogWriter:
    """Lines wait in memory, `capacity` at most, and a thread writes what has gathered in 50 ms at
    once: waking it for each line would cost a request more than everything else it does
    (docs/performance.md). When the reader is stuck or the disk is full, lines are dropped and
    counted, and the count is told when writing works again.
    """

    def __init__(self, capacity: int = 10_000, descriptor: int = 1) -> None:
        self._capacity = capacity
        self._lines: deque[str] = deque()
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._started = threading.Lock()
        self._waiting = threading.Event()
        self._closing = threading.Event()
        # Not sys.stdout, which at the end of the process insists on what it could not write.
        self._descriptor = descriptor
        self.dropped = 0

    def write(self, text: str) -> None:
        """Take the text and return at once."""
        if len(self._lines) >= self._capacity:
            self.dropped += 1
        else:
            self._lines.append(text)
        if not self._waiting.is_set():
            self._waiting.set()
        if self._started.acquire(blocking=False):
            self._thread.start()
            atexit.register(self.close)

    def flush(self) -> None:
        """Nothing to do: the thread writes when lines have gathered."""

    def close(self) -> None:
        """Write what is left, for two seconds at most."""
        self._closing.set()
        self._waiting.set()
        self._thread.join(_CLOSING_SECONDS)

    def _write_all(self) -> None:
        while not self._closing.is_set():
            self._waiting.wait()
            self._closing.wait(_GATHERING_SECONDS)
            self._waiting.clear()  # before the lines are taken: a later one sets it again
            self._write_gathered()
        self._write_gathered()  # it may have been closed before it got here

    def _write_gathered(self) -> None:
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        lost, self.dropped = self.dropped, 0
        told = f'{{"event":"log lines dropped","count":{lost},"level":"warning"}}\n' if lost else ""
        try:
            rest = memoryview("".join([*lines, told]).encode("utf-8", "replace"))
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            self.dropped += lost + len(lines)
