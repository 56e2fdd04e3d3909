"""An export on the wire: the parts of `ExportView`, one after the other."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from msgspec import json

from adapters.http.export_views import ExportedUserView, UsageView
from adapters.http.streaming import Pieces
from adapters.http.views import EventView, SessionView
from domain.account import EventsPage, Export, ExportPart, RequestsPage

_encode = json.Encoder().encode
_END = b"]}"


async def encoded(parts: AsyncGenerator[ExportPart, None], *, current: int) -> Pieces:
    """The document, in pieces of some kilobytes. `current` is the session that asks."""
    separator, in_requests = b"", False
    async with aclosing(parts):
        async for part in parts:
            match part:
                case Export():
                    yield _head(part, current) + b',"events":['
                case EventsPage(events):
                    yield separator + _listed(EventView.of(each) for each in events)
                    separator = b","
                case RequestsPage(requests):
                    before = separator if in_requests else b'],"requests":['
                    yield before + _listed(requests)
                    separator, in_requests = b",", True
        yield _END if in_requests else b'],"requests":[' + _END


def _head(export: Export, current: int) -> bytes:
    """The beginning, up to what there may be very much of."""
    head = {
        "exported": export.at,
        "user": ExportedUserView.of(export.user),
        "usage": UsageView.of(export.usage),
        "sessions": SessionView.all_of(export.sessions, current=current),
    }
    return _encode(head).removesuffix(b"}")


def _listed(items: Iterable[object]) -> bytes:
    """The items of a list, without its brackets."""
    return _encode(list(items))[1:-1]
