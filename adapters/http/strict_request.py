"""JSON, read strictly."""

import json
import math
from typing import Any

from litestar import Request
from litestar.datastructures import State

from adapters.http.problem_kinds import MALFORMED
from adapters.http.problems import Unacceptable

DEPTH_MAX = 32


class StrictRequest(Request[Any, Any, State]):
    """A request whose body must be one well-formed JSON text in UTF-8 without repeated names.

    The standard library's parser, for it can refuse repeated names (RFC 8259 §4); Litestar converts
    what it returns.
    """

    async def json(self) -> Any:
        """The body. Raises `Unacceptable`."""
        body = await self.body()
        try:
            value = json.loads(
                body.decode(),
                object_pairs_hook=_without_repeated_names,
                parse_float=_finite,
                parse_constant=_finite,
            )
            _check(value)
        except (RecursionError, ValueError):
            raise Unacceptable(
                MALFORMED, "Send one JSON object in UTF-8, without repeated names."
            ) from None
        return value


def _check(value: object) -> None:
    """Level by level, for how deep Python may recurse differs between versions. Half a character of
    JSON's escapes (a lone surrogate) is no text: encoding it raises a `ValueError`.
    """
    level = [value]
    for _ in range(DEPTH_MAX + 1):
        parts = [each.values() if isinstance(each, dict) else each for each in _nested(level)]
        if not parts:
            return
        level = [inner for part in parts for inner in part]
    raise ValueError


def _nested(level: list[object]) -> list[dict[str, object] | list[object]]:
    for each in level:
        if isinstance(each, str):
            each.encode()
    return [each for each in level if isinstance(each, (dict, list))]


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _without_repeated_names(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    for name in found:
        name.encode()
    return found
