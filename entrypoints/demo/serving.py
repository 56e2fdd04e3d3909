"""Serves a demo on this machine, and opens it in a browser."""

import asyncio
import os
import secrets
import signal
import socket
import sys
import webbrowser
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import uvicorn
from msgspec import structs

from adapters.monitoring.stdout_log import configure_logs
from entrypoints.demo.door import door
from entrypoints.demo.fill import Login, fill, new_login, settings_of
from entrypoints.demo.folder import CannotDemonstrate, Demo, begin, demo_in, finish, hold, remove
from entrypoints.server import LIMITS, Listening, protocol_of
from entrypoints.settings import PREFIX, read_settings
from entrypoints.startup_warnings import is_loopback
from entrypoints.web_app import create_app


def demonstrate(
    folder: Path, listening: Listening, *, seed: int, fresh: bool, in_browser: bool
) -> None:
    """Fill the folder, unless a demo is there already, and serve it until a signal arrives. `fresh`
    makes the demo anew that is there. Raises `CannotDemonstrate`, `InvalidSettings`, `CannotStart`,
    `Unavailable`.
    """
    _check(listening)
    with closing(_bound(listening)) as listener:
        listening = structs.replace(listening, port=listener.getsockname()[1])
        demo = _ready(folder, seed=seed, fresh=fresh)
        link = f"{listening.address}/demo/{(code := secrets.token_urlsafe(32))}"
        _greet(folder, demo, listening, link)
        _serve(folder, demo.login, code, listener, link if in_browser else None)


def _check(listening: Listening) -> None:
    """Whether there may be a demo, where these are the settings. Then forget them."""
    if not is_loopback(listening.host):
        raise CannotDemonstrate(
            f"A demo lets in whoever has its link, and is served on this machine alone; "
            f"{listening.host} is not loopback."
        )
    settings = read_settings()
    if settings.hardened:
        raise CannotDemonstrate("There is no demo where FRONTDESK_PROFILE is hardened; unset it.")
    if settings.database_url is not None:
        raise CannotDemonstrate(
            "A demo is made in a folder of its own, never in the database that "
            "FRONTDESK_DATABASE_URL names; unset it."
        )
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]


def _bound(listening: Listening) -> socket.socket:
    """The address, taken before anything is made; nobody can connect yet."""
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((listening.host, listening.port))
    except OSError as error:
        listener.close()
        raise CannotDemonstrate(f"{listening.address} cannot be served: {error}") from error
    return listener


def _ready(folder: Path, *, seed: int, fresh: bool) -> Demo:
    """The demo that is there, or a new one."""
    try:
        demo = demo_in(folder)
        if demo:
            hold(folder)
        if demo and not fresh:
            if demo.is_whole:
                return demo
            raise CannotDemonstrate(
                f"The demo in {folder} was not finished; --fresh makes it anew."
            )
        if demo:
            remove(folder)
        demo = Demo(login=new_login(), made_at=datetime.now(UTC))
        begin(folder, demo)
        hold(folder)
        print(f"Making a month of invented life in {folder} …", file=sys.stderr, flush=True)
        asyncio.run(fill(settings_of(folder), seed, demo.login))
        finish(folder, demo := structs.replace(demo, is_whole=True))
    except OSError as error:
        raise CannotDemonstrate(f"{folder} cannot be used: {error}") from error
    return demo


def _greet(folder: Path, demo: Demo, listening: Listening, link: str) -> None:
    said = [
        f"Frontdesk serves a demo in {folder}, made {demo.made_at:%Y-%m-%d %H:%M} UTC; "
        "--fresh makes it anew. Everything in it is invented.",
        f"  API   {listening.address}/api/user",
        f"  page  {listening.address}/schema",
        f"  operator  {demo.login.username}, password {demo.login.password}",
        f"  console, logged in  {link}",
    ]
    print("\n".join(said), file=sys.stderr, flush=True)


def _serve(
    folder: Path, login: Login, code: str, listener: socket.socket, link: str | None
) -> None:
    settings = settings_of(folder)
    app = create_app(settings)
    app.register(door(code, login))
    app.on_startup.append(configure_logs)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    served: dict[str, Any] = {"app": app, "http": protocol_of(settings), **LIMITS}
    with suppress(KeyboardInterrupt):
        _Server(uvicorn.Config(**served), link).run([listener])


class _Server(uvicorn.Server):
    """Opens a link in the browser as soon as it listens."""

    def __init__(self, config: uvicorn.Config, link: str | None) -> None:
        super().__init__(config)
        self._link = link

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and then open it, without waiting for the browser to end."""
        await super().startup(sockets)
        if self.started and self._link:
            Thread(target=webbrowser.open, args=(self._link,), daemon=True).start()
