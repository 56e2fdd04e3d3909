"""The server: its limits, and what happens before it listens."""

import asyncio
import gc
import logging
import signal
import sys
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import Any

import uvicorn
from litestar import Litestar

from adapters.http.connections import Connections
from adapters.http.protocol import StrictProtocol
from domain.errors import Unavailable
from domain.operator import Code
from entrypoints.http import create_app
from entrypoints.logs import configure_logs
from entrypoints.preparation import CannotStart, offer_set_up, prepare
from entrypoints.settings import InvalidSettings, Settings, read_settings, unknown_names
from entrypoints.weaknesses import exposed, is_loopback, weaknesses

_log = logging.getLogger("frontdesk")

_IPV4 = 4

LIMITS: dict[str, Any] = {
    "ws": "none",
    "lifespan": "on",
    "proxy_headers": False,
    "server_header": False,
    "access_log": False,
    "log_config": None,
    "timeout_graceful_shutdown": 8,
}
"""How uvicorn is told to behave, whatever the settings."""


def protocol_of(settings: Settings) -> partial[StrictProtocol]:
    """What uvicorn makes of a connection. Each worker gets a copy, and counts its own."""
    connections = Connections(settings.connections, settings.trusted_proxies)
    return partial(StrictProtocol, connections=connections)


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
    address = f"http://{_reachable(host)}:{port}"
    print(f"Frontdesk serves {settings.database}", file=sys.stderr)
    print(f"  API   {address}/api/user", file=sys.stderr)
    print(f"  page  {address}/schema", file=sys.stderr)
    if code := asyncio.run(_set_up_code(settings)):
        link = f"{settings.public_origin or address}/ops/set-up#{code.value}"
        print(f"Become the first operator, within 30 minutes: {link}", file=sys.stderr)
    # uvicorn raises the signal again when all is done; the end it asked for is a success.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    served: dict[str, Any] = {
        "app": "entrypoints.server:application",
        "factory": True,
        "host": host,
        "port": port,
        "workers": workers,
        "http": protocol_of(settings),
        **LIMITS,
    }
    if ":" in host and workers == 1:
        # As with workers: the socket that uvicorn makes takes IPv4 too, that of its loop does not.
        config = uvicorn.Config(**served)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([config.bind_socket()])
    else:
        uvicorn.run(**served)


def _reachable(host: str) -> str:
    """As browsers want it; for "every address", one that leads here."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == _IPV4 else "[::1]"
    return host if address.version == _IPV4 else f"[{host}]"


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
