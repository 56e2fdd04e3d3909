"""The server: its limits, and what happens before it listens."""

import asyncio
import gc
import logging
import signal
import sys
from typing import Any

import uvicorn
from litestar import Litestar

from adapters.http.protocol import StrictProtocol
from domain.errors import Unavailable
from domain.operator import Code
from entrypoints.http import create_app
from entrypoints.logs import configure_logs
from entrypoints.services import CannotStart, offer_set_up, prepare
from entrypoints.settings import InvalidSettings, Settings, read_settings, unknown_names
from entrypoints.weaknesses import exposed, is_loopback, weaknesses

_log = logging.getLogger("frontdesk")

LIMITS: dict[str, Any] = {
    "http": StrictProtocol,
    "limit_concurrency": 800,
    "ws": "none",
    "lifespan": "on",
    "proxy_headers": False,
    "server_header": False,
    "access_log": False,
    "log_config": None,
    "timeout_graceful_shutdown": 8,
}
"""How uvicorn is told to behave."""


def application() -> Litestar:
    """What each process serves."""
    app = create_app(read_settings())
    app.on_startup.append(configure_logs)
    app.on_startup.append(_collect_what_comes)
    return app


def serve(host: str, port: int, workers: int) -> None:
    """Prepare the data folder, say where everything is, and serve."""
    configure_logs()
    try:
        settings = read_settings()
        prepare(settings)
    except (InvalidSettings, CannotStart) as error:
        sys.exit(str(error))
    for name in unknown_names():
        _log.warning(f"{name} is not a setting of this version; it has no effect.")
    for weakness in exposed(settings):
        _log.warning(weakness)
    if not is_loopback(host):
        for weakness in weaknesses(settings):
            _log.warning(weakness)
    address = f"http://{host}:{port}"
    print(f"Frontdesk serves {settings.database}", file=sys.stderr)
    print(f"  API   {address}/api/user", file=sys.stderr)
    print(f"  page  {address}/schema", file=sys.stderr)
    if code := asyncio.run(_set_up_code(settings)):
        link = f"{settings.public_origin or address}/ops/set-up#{code.value}"
        print(f"Become the first operator, within 30 minutes: {link}", file=sys.stderr)
    # uvicorn raises the signal again when all is done; the end it asked for is a success.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "entrypoints.server:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        **LIMITS,
    )


async def _set_up_code(settings: Settings) -> Code | None:
    try:
        return await offer_set_up(settings)
    except Unavailable as error:
        _log.warning(f"There is no link to become an operator: {error}")
        return None


def _collect_what_comes() -> None:
    """What is there by now stays. To look through it again and again for garbage would hold the
    event loop for 60 ms each time.
    """
    gc.freeze()
    gc.enable()
