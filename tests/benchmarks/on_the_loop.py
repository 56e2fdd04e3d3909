"""The same service with hashing on the event loop, for comparison only."""

import sys
from collections.abc import Callable
from typing import TypeVar

import uvicorn

from adapters.hash_queue import HashQueue
from entrypoints.http import create_app
from entrypoints.serve import LIMITS
from entrypoints.services import build_services
from entrypoints.settings import read_settings

Result = TypeVar("Result")


class OnTheLoop(HashQueue):
    """Does the work where it is asked for."""

    async def run(self, client: str, job: Callable[[], Result]) -> Result:
        return job()


if __name__ == "__main__":
    settings = read_settings()
    app = create_app(settings, build_services(settings, hash_queue=OnTheLoop()), lambda _: None)
    uvicorn.run(app, port=int(sys.argv[1]), **LIMITS)
