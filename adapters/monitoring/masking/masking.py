"""What of a request may be kept.

Hidden are the values of fields whose name has one of the given words in it, in headers, queries,
JSON and URLs, and whatever has the shape of a secret of ours, wherever it stands. Nothing is cut
before it is masked, and the work for one request is bounded: what is more or longer is not kept.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate, chain, islice
from urllib.parse import quote_plus, unquote_plus

from adapters.monitoring.masking.bodies import shape_of
from adapters.monitoring.masking.decoding import Doubt, decoded, printable
from adapters.monitoring.masking.errors import traced
from adapters.monitoring.masking.values import HIDDEN, LONGEST, Values
from adapters.monitoring.masking.words import WORDS, Words
from application.operations.requests import Fields
from domain.secrets import hide_secrets

FIELDS_MAX, PARAMETERS_MAX = 50, 50
"""Header fields and parameters of one request that are looked at."""

SHOWN_MAX_CHARACTERS = 1_024
"""Of a masked value."""

_NAME_MAX = 100
_NAME = re.compile(rf"[\w.\[\]-]{{1,{_NAME_MAX}}}", re.ASCII)
_REST = "(not kept)"
_REMEMBERED_MAX_BYTES = 1_024
_PATHS_REMEMBERED, _PATH_MAX_REMEMBERED = 4_096, 128
_KNOWN_OTHERWISE = frozenset({b"content-length", b"x-request-id", b"user-agent"})


class Masking:
    """Hides the values of fields whose name has one of these words in it, in any case."""

    def __init__(self, words: Iterable[str] = WORDS) -> None:
        self._values = Values(Words(words))
        # Most of a request is like most before it. Of secret fields only the names are remembered,
        # and of paths those that have no secret.
        self._is_secret = lru_cache(maxsize=1_024)(self._is_secret_field)
        self._fields = lru_cache(maxsize=1_024)(self._fields_as_json)
        self._texts = lru_cache(maxsize=1_024)(self._value)
        self._plain_paths: set[str] = set()

    def path(self, raw: str) -> str:
        """A path as it came, percent-encoded."""
        if raw in self._plain_paths:
            return raw
        masked = self._values.path(printable(raw.encode("latin-1", "replace")))
        if masked == raw and len(raw) <= _PATH_MAX_REMEMBERED:
            if len(self._plain_paths) >= _PATHS_REMEMBERED:
                self._plain_paths.clear()
            self._plain_paths.add(raw)
        return masked

    def query(self, raw: bytes) -> str:
        """A query string. From where it cannot be parsed with certainty, it is hidden."""
        if not raw:
            return ""
        pairs, is_whole = _first(printable(raw))
        text = "&".join(pairs)
        shown = pairs if self._values.are_clean(text) else self._parameters(pairs)
        return "&".join(shown if is_whole else [*shown, _REST])

    def fields(self, fields: Fields) -> str:
        """Header fields, as a JSON object, but those that are recorded otherwise; a repeated one
        has its values joined.
        """
        others = (each for each in fields if each[0] not in _KNOWN_OTHERWISE)
        shown = [
            (name, b"***" if self._is_secret(name) else value)
            for name, value in islice(others, FIELDS_MAX + 1)
        ]
        size = sum([len(value) for _, value in shown])
        remembered = self._fields if size <= _REMEMBERED_MAX_BYTES else self._fields_as_json
        return remembered(tuple(shown))

    def text(self, text: str) -> str:
        """Any other text, such as a user agent; its beginning, if it is long."""
        return self._texts(text) if len(text) <= _REMEMBERED_MAX_BYTES else self._value(text)

    def body(self, raw: bytes, *, refused: bool) -> str | None:
        """The shape of a JSON text, with the values that can do no harm; anything else is not
        kept.
        """
        return shape_of(raw, refused=refused)

    def error(self, error: BaseException) -> str:
        """Where it came from, innermost last."""
        return _storable(traced(error, self._values.message))

    def _parameters(self, pairs: Iterable[str]) -> list[str]:
        shown: list[str] = []
        after_secret = False
        for pair in pairs:
            name, equals, value = pair.partition("=")
            try:
                is_secret = bool(equals) and self._is_secret_parameter(name)
                if is_secret or (not equals and after_secret and pair):
                    # Of a secret that was not encoded, a piece may stand alone.
                    value = HIDDEN
                else:
                    value = self._encoded(value if equals else name)
            except Doubt:
                return [*shown, HIDDEN]
            shown.append(f"{self._encoded_name(name)}={value}" if equals else value)
            after_secret = after_secret or is_secret
        return shown

    def _is_secret_parameter(self, name: str) -> bool:
        """Raises `Doubt` if it is more than a name."""
        if not self._values.is_secret(name):
            return False
        if not _NAME.fullmatch(decoded(name)):
            raise Doubt
        return True

    def _encoded(self, raw: str) -> str:
        """The value of a parameter, as it was written unless something has to be hidden. Raises
        `Doubt`.
        """
        value = unquote_plus(raw)
        masked = self._values.parsed(value)
        if masked == value:
            return raw
        return HIDDEN if masked == HIDDEN else quote_plus(masked.encode("utf-8", "replace"))

    def _encoded_name(self, raw: str) -> str:
        plain = unquote_plus(raw)
        known = _NAME.fullmatch(plain) and hide_secrets(plain) == plain
        return raw if known or self._values.masked(plain) == plain else HIDDEN

    def _is_secret_field(self, name: bytes) -> bool:
        return self._values.is_secret(name.decode("latin-1"))

    def _fields_as_json(self, fields: tuple[tuple[bytes, bytes], ...]) -> str:
        shown: dict[str, str] = {}
        left = LONGEST
        together = "\n".join(map(_text, chain.from_iterable(fields[:FIELDS_MAX])))
        clean = len(together) <= LONGEST and self._values.are_clean(together)
        for number, (raw, value) in enumerate(fields):
            left -= len(value)
            if number == FIELDS_MAX or left < 0:
                shown[_REST] = "further fields"
                break
            name = raw.decode("latin-1") if clean else self._name(raw.decode("latin-1"))
            text = HIDDEN if value == b"***" else self._value(_text(value), clean=clean)
            shown[name] = f"{shown[name]}, {text}" if name in shown else text
        return _storable(json.dumps(shown, ensure_ascii=False))

    def _name(self, name: str) -> str:
        return HIDDEN if len(name) > _NAME_MAX else self._values.masked(name)

    def _value(self, text: str, *, clean: bool = False) -> str:
        masked = _storable(text if clean else self._values.masked(text))
        return (
            masked if len(masked) <= SHOWN_MAX_CHARACTERS else f"{masked[:SHOWN_MAX_CHARACTERS]}…"
        )


def _first(query: str) -> tuple[list[str], bool]:
    """The parameters that are looked at, and whether these are all."""
    pairs = query.split("&", PARAMETERS_MAX)
    sizes = accumulate(map(len, pairs))
    first = [
        pair for pair, size in zip(pairs[:PARAMETERS_MAX], sizes, strict=False) if size <= LONGEST
    ]
    return first, len(first) == len(pairs)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _storable(text: str) -> str:
    """Half a character of JSON's escapes is a string in Python and nowhere else."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
