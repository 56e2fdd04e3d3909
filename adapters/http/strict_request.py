"""JSON, read strictly."""

import json
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State

from adapters.http.problems import MALFORMED, Unacceptable


class StrictRequest(Request[Any, Any, State]):
    """A request whose body must be one well-formed JSON text in UTF-8 without repeated names.

    msgspec ignores repeated names (RFC 8259 §4), and lets a bad byte or deep nesting escape as
    another exception than its own.
    """

    async def json(self) -> Any:
        """The body. Raises `Unacceptable`."""
        body = await self.body()
        try:
            value = msgspec.json.decode(body)
            json.loads(body, object_pairs_hook=_without_repeated_names)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
            raise Unacceptable(
                MALFORMED, "Send one JSON object in UTF-8, without repeated names."
            ) from None
        return value


def _without_repeated_names(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError
