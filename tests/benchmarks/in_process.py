"""`python -m tests.benchmarks.in_process`: microseconds of a signed-in read without any server,
whole and with parts left out, beside bare Litestar. For finding out, not for comparing machines.
"""

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import uvloop
from litestar import Litestar

from adapters.http.edge import Edge
from domain.session import Origin, SignedIn
from domain.user import User, Username
from entrypoints.http import create_app
from entrypoints.services import build_services
from entrypoints.settings import Settings
from tests.asgi import SignedInRead
from tests.benchmarks.limits import read

READS, ROUNDS = 3_000, 9


@dataclass(frozen=True, slots=True)
class Canned:
    """Knows one session by heart."""

    known: SignedIn

    async def session(self, digest: bytes) -> SignedIn | None:
        return self.known

    async def user(self, username: Username) -> User | None:
        return None


async def microseconds(read: SignedInRead) -> float:
    """Of one read."""
    started = time.perf_counter()
    for _ in range(READS):
        status = await read()
        await asyncio.sleep(0)  # a turn of the loop for each, as if they came one by one
    assert status == 200
    return (time.perf_counter() - started) / READS * 1e6


async def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), throttle="off", bcrypt_cost=10)
        services = build_services(settings)
        async with services.running():
            admission = await services.sign_up(
                username="ada", password="123123", origin=Origin("127.0.0.1", ""), presented=None
            )
            found = await services.authenticate(presented=admission.token)
            by_heart = replace(services.authenticate, lookup=Canned(found))
            whole, by_heart_app, inner = (
                create_app(settings, each, lambda _: None)
                for each in (services, replace(services, authenticate=by_heart), services)
            )
            inner.asgi_handler = cast("Edge", inner.asgi_handler)._app
            token = admission.token.value
            reads = {
                "bare Litestar": SignedInRead(Litestar([read], openapi_config=None), token),
                "Frontdesk": SignedInRead(whole, token),
                "through the router": SignedInRead(whole, token, [(b"origin", b"null")]),
                "without the look-up": SignedInRead(by_heart_app, token),
                "without the edge": SignedInRead(inner, token),
            }
            took: dict[str, list[float]] = {name: [] for name in reads}
            for _ in range(ROUNDS):
                for name, each_read in reads.items():
                    took[name].append(await microseconds(each_read))
    for name, all_ in took.items():
        print(f"{statistics.median(all_):6.1f} µs  {name}")


if __name__ == "__main__":
    uvloop.run(main())
