"""JSON, read strictly."""

import json
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import State

from adapters.http.problems import MALFORMED, Unacceptable

DEPTH_MAX = 32


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
            _check_depth(value)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
            raise Unacceptable(
                MALFORMED, "Send one JSON object in UTF-8, without repeated names."
            ) from None
        return value


def _check_depth(value: object) -> None:
    """Level by level, for how deep Python may recurse differs between versions."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(DEPTH_MAX):
        parts = (each.values() if isinstance(each, dict) else each for each in level)
        level = [inner for part in parts for inner in part if isinstance(inner, (dict, list))]
        if not level:
            return
    raise ValueError


def _without_repeated_names(pairs: list[tuple[str, object]]) -> None:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError
