"""Log lines on their way to a file descriptor, without ever waiting for whoever reads it."""

import os
import threading
from logging import LogRecord
from logging.handlers import QueueHandler, QueueListener
from queue import Empty, SimpleQueue
from typing import Any

_CLOSING_SECONDS = 2
_GATHERING_SECONDS = 0.05


class LineHandler(QueueHandler):
    """Formats a record where it was logged, and queues the line. Beyond `capacity` queued lines,
    further ones are dropped and counted.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self.lines: SimpleQueue[str] = SimpleQueue()
        super().__init__(self.lines)
        self._capacity = capacity
        self.dropped = 0

    def prepare(self, record: LogRecord) -> Any:
        return f"{self.format(record)}\n"

    def enqueue(self, record: Any) -> None:
        """Queue a line that is formatted already, and return at once."""
        if self.lines.qsize() >= self._capacity:
            self.dropped += 1
        else:
            self.lines.put_nowait(record)


class LineListener(QueueListener):
    """Writes, on a thread, what has gathered in 50 ms at once: waking the thread for each line
    would cost a request more than everything else it does. Lines that cannot be written, as on a
    full disk, are dropped; how many were dropped is written when writing works again.
    """

    def __init__(self, handler: LineHandler, descriptor: int = 1) -> None:
        super().__init__(handler.lines)
        self._handler = handler
        # Not sys.stdout, which at the end of the process insists on what it could not write.
        self._descriptor = descriptor
        self._gathered: list[str] = []
        self._ending = threading.Event()

    def dequeue(self, block: Any) -> Any:
        """The next line. Raises `Empty`, which ends the thread, when there is none and it should
        end.
        """
        while True:
            is_ending = self._ending.is_set()  # before looking: what is there by then is written
            try:
                return self._handler.lines.get_nowait()
            except Empty:
                self._write_gathered()
                if is_ending:
                    raise
                self._ending.wait(_GATHERING_SECONDS)

    def handle(self, record: Any) -> None:
        self._gathered.append(record)

    def enqueue_sentinel(self) -> None:
        self._ending.set()

    def stop(self) -> None:
        """Write what is left, for two seconds at most: a reader that is stuck holds nobody up."""
        stopping = threading.Thread(target=super().stop, daemon=True)
        stopping.start()
        stopping.join(_CLOSING_SECONDS)

    def _write_gathered(self) -> None:
        lines, self._gathered = self._gathered, []
        lost, self._handler.dropped = self._handler.dropped, 0
        if lost:
            lines.append(f'{{"event":"log lines dropped","count":{lost},"level":"warning"}}\n')
        try:
            rest = memoryview("".join(lines).encode("utf-8", "replace"))
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            self._handler.dropped += lost + len(lines) - bool(lost)
