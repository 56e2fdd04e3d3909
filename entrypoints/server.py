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
from msgspec import Struct, structs

from adapters.http.pipeline.connections import Connections
from adapters.http.pipeline.protocol import StrictProtocol
from adapters.monitoring.stdout_log import configure_logs
from domain.errors import Unavailable
from domain.secrets import OneTimeCode
from entrypoints.preparation import CannotStart, prepare
from entrypoints.services import build_services
from entrypoints.settings import InvalidSettings, Settings, read_settings, unknown_names
from entrypoints.startup_warnings import exposed, is_loopback, weaknesses
from entrypoints.storage import max_connections
from entrypoints.web_app import create_app

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


class Listening(Struct, frozen=True, kw_only=True):
    """Where to listen, and with how many processes; as uvicorn understands it."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    uds: str | None = None
    fd: int | None = None
    reload: bool = False
    ssl_certfile: str | None = None
    ssl_keyfile: str | None = None

    @property
    def address(self) -> str:
        """As browsers on this machine want it."""
        scheme = "https" if self.ssl_certfile else "http"
        return f"{scheme}://{_reachable(self.host)}:{self.port}"


def serve(listening: Listening) -> None:
    """Prepare the data folder, say where everything is, and serve."""
    configure_logs()
    try:
        settings = read_settings()
        prepare(settings)
    except (InvalidSettings, CannotStart) as error:
        sys.exit(str(error))
    _warn(settings, listening)
    _greet(settings, listening)
    # uvicorn raises the signal again when all is done; the end it asked for is a success.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    served: dict[str, Any] = {
        "app": "entrypoints.server:application",
        "factory": True,
        "http": protocol_of(settings),
        **structs.asdict(listening),
        **LIMITS,
    }
    if ":" in listening.host and listening.workers == 1 and not listening.reload:
        # As with workers: the socket that uvicorn makes takes IPv4 too, that of its loop does not.
        config = uvicorn.Config(**served)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([config.bind_socket()])
    else:
        uvicorn.run(**served)


def _warn(settings: Settings, listening: Listening) -> None:
    for name in unknown_names():
        _log.warning(f"{name} is not a setting of this version; it has no effect.")
    for weakness in exposed(settings):
        _log.warning(weakness)
    if not is_loopback(listening.host):
        for weakness in weaknesses(settings):
            _log.warning(weakness)


def _greet(settings: Settings, listening: Listening) -> None:
    print(f"Frontdesk serves {settings.postgresql or settings.database}", file=sys.stderr)
    if settings.postgresql:
        print(f"  {_connections(settings, listening.workers)}", file=sys.stderr)
    print(f"  API   {listening.address}/api/user", file=sys.stderr)
    print(f"  page  {listening.address}/schema", file=sys.stderr)
    print(f"  console  {listening.address}/ops", file=sys.stderr)
    if settings.public_origin:
        print(f"  for browsers  {settings.public_origin}", file=sys.stderr)
    if code := asyncio.run(set_up_code(settings)):
        link = f"{settings.public_origin or listening.address}/ops/set-up#{code.value}"
        print(f"Become the first operator, within 30 minutes: {link}", file=sys.stderr)


def _connections(settings: Settings, workers: int) -> str:
    """How many it may take of the server's."""
    each = settings.connections_a_worker
    try:
        most = asyncio.run(max_connections(settings))
    except Unavailable:
        return f"with up to {each} connections a worker"
    if each * workers >= most:
        _log.warning(f"This node alone may take {each * workers} connections; it has {most}.")
    return (
        f"with up to {each} connections a worker, {each * workers} on this node; (pool + 4) x"
        f" workers x nodes must stay below the server's {most}"
    )


def _reachable(host: str) -> str:
    """As browsers want it; for "every address", one that leads here."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "127.0.0.1" if address.version == _IPV4 else "[::1]"
    return host if address.version == _IPV4 else f"[{host}]"


async def set_up_code(settings: Settings) -> OneTimeCode | None:
    """The code for the first operator's link; `None` if there is an operator, or no database."""
    services = build_services(settings.unobserved)
    try:
        return await services.use_cases.offer_set_up()
    except Unavailable as error:
        _log.warning(f"There is no link to become an operator: {error}")
        return None
    finally:
        await services.close()


def _collect_what_comes() -> None:
    """What is there by now stays. To look through it again and again for garbage would hold the
    event loop for 60 ms each time.
    """
    gc.freeze()
