"""Standard output, without ever waiting for whoever reads it."""

import atexit
import contextlib
import queue
import threading

_CLOSING_SECONDS = 2


class LogWriter:
    """Lines go into a bounded queue, and a thread writes them. When the reader is stuck or the disk
    is full, lines are dropped and counted, and the count is told when writing works again.
    """

    def __init__(self, capacity: int = 10_000) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._started = threading.Lock()
        # Not sys.stdout, which at the end of the process insists on what it could not write.
        self._output = open(1, "wb", buffering=0, closefd=False)  # noqa: SIM115
        self.dropped = 0

    def write(self, text: str) -> None:
        """Take the text and return at once."""
        if self._started.acquire(blocking=False):
            self._thread.start()
            atexit.register(self.close)
        try:
            self._lines.put_nowait(text)
        except queue.Full:
            self.dropped += 1

    def flush(self) -> None:
        """Nothing to do: the thread flushes when it has caught up."""

    def close(self) -> None:
        """Write what is left, for two seconds at most."""
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=_CLOSING_SECONDS)
        self._thread.join(_CLOSING_SECONDS)

    def _write_all(self) -> None:
        while (text := self._lines.get()) is not None:
            lost, self.dropped = self.dropped, 0
            if lost:
                text += f'{{"event":"log lines dropped","count":{lost},"level":"warning"}}\n'
            try:
                self._output.write(text.encode("utf-8", "replace"))
            except OSError:
                self.dropped += lost + 1
