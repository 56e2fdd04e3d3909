"""Where an error came from, without what it was about."""

import re
import traceback
from collections.abc import Callable, Iterator

LINES = 200

_KIND = re.compile(r"[A-Za-z_][\w.]*|", re.ASCII)
_BETWEEN = frozenset(
    {
        "Traceback (most recent call last):",
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
    }
)


def traced(error: BaseException, mask: Callable[[str], str]) -> str:
    """As Python writes it, innermost last, at most 200 lines. Only places in the source are kept as
    they are; messages are masked.
    """
    told = traceback.TracebackException.from_exception(error)
    places = {place for each in _chain(told) for place in each.stack.format()}
    parts = [part if part in places else _message(part, mask) for part in told.format()]
    return "".join("".join(parts).splitlines(keepends=True)[-LINES:])


def _chain(told: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    waiting, seen = [told], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            others = [each.__cause__, each.__context__, *(each.exceptions or ())]
            waiting += [other for other in others if other]


def _message(part: str, mask: Callable[[str], str]) -> str:
    """`Kind: text`, or one of Python's own sentences between; anything else is somebody's note."""
    line = part.strip()
    if line in _BETWEEN or _KIND.fullmatch(line):
        return part
    kind, colon, text = line.partition(": ")
    return f"{kind}: {mask(text)}\n" if colon and _KIND.fullmatch(kind) else f"{mask(line)}\n"
