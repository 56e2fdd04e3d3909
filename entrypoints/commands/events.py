"""`frontdesk events follow`."""

import asyncio
from contextlib import suppress
from typing import Any

from click import group, option

from domain.events import StoredEvent
from entrypoints.commands.output import show_json
from entrypoints.commands.running import with_services
from entrypoints.services import Services

_PAGE = 500
_PAUSE_SECONDS = 1


@group()
def events() -> None:
    """Follow what happens."""


@events.command()
@option("--after", metavar="CURSOR", help='Go on after this; "0" is from the first event there is.')
@option("--no-wait", is_flag=True, help="Stop when there is nothing more.")
def follow(after: str | None, *, no_wait: bool) -> None:
    """Print events as they happen, a line of JSON each, until Ctrl-C.

    Each has `cursor`, to go on after it the next time without missing one. Without --after it
    begins with what comes.
    """

    async def print_them(services: Services) -> None:
        cursor = None if after == "0" else after or "now"
        while True:
            feed = await services.history.follow(cursor, limit=_PAGE)
            for each in feed.events:
                show_json({**_shown(each), "cursor": feed.next})
            cursor = feed.next
            if len(feed) < _PAGE:
                if no_wait:
                    return
                await asyncio.sleep(_PAUSE_SECONDS)

    with suppress(KeyboardInterrupt):
        with_services(print_them, is_reading=True)


def _shown(recorded: StoredEvent) -> dict[str, Any]:
    event = recorded.event
    return {
        "position": recorded.position,
        "kind": event.kind,
        "at": event.at,
        "user_id": event.user_id,
        "actor_id": event.actor_id,
        "address": event.caller.address,
        "device": event.caller.device,
        "details": event.details,
    }
