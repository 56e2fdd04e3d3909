"""`python -m benchmarks.without WHAT PORT`: our server less one thing, for comparison."""

import sys
from collections.abc import Callable
from typing import TypeVar
from unittest.mock import patch

from adapters.passwords import hash_queue
from entrypoints.commands import main

Result = TypeVar("Result")


async def _on_the_loop(_: object, __: str, job: Callable[[], Result]) -> Result:
    return job()


def threads() -> None:
    """Hash on the event loop."""
    patch.object(hash_queue.HashQueue, "run", _on_the_loop).start()


def priority() -> None:
    """Hash at the priority of everything else."""
    hash_queue._lower_priority = lambda: None


if __name__ == "__main__":
    what, port = sys.argv[1:]
    {each.__name__: each for each in (threads, priority)}[what]()
    main(["serve", "--port", port])
