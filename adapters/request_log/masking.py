"""What of a request may be kept.

Hidden are the values of fields whose name has one of the given words in it, in headers, queries,
JSON and URLs, and whatever has the shape of a secret of ours, wherever it stands.
"""

import json
import re
import string
import traceback
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qsl, quote_plus, unquote_plus

from domain.operator import hide_tokens
from domain.traffic import Fields

HIDDEN = "***"
WORDS = (
    "pass",
    "pwd",
    "auth",
    "secret",
    "token",
    "cookie",
    "session",
    "key",
    "code",
    "pepper",
    "credential",
    "otp",
)
TEXT_MAX_CHARACTERS = 4_096
ERROR_MAX_LINES = 200
VALUE_MAX_CHARACTERS = 1_024
_OF_TOKENS = string.ascii_letters + string.digits + "-_"
_REMEMBERED_MAX_BYTES = 1_024
_KNOWN_OTHERWISE = frozenset({b"content-length", b"x-request-id", b"user-agent"})

_USERINFO = re.compile(r"(://)[^/\s@:]*:[^/\s@]*@")


class Masking:
    """Hides the values of fields whose name has one of these words in it, in any case."""

    def __init__(self, words: Iterable[str] = WORDS) -> None:
        named = "|".join(map(re.escape, words))
        self._named = re.compile(named, re.IGNORECASE)
        self._in_text = re.compile(
            # Bounded everywhere: a long text costs time in proportion, not in its square.
            rf"""((?:{named})[\w.-]{{0,40}}\\{{0,3}}["']?\s{{0,4}}[=:]\s{{0,4}}\\{{0,3}}["']?)[^"'&\n]+""",
            re.IGNORECASE,
        )
        # Most of a request is like most before it. Of secret fields only the names are remembered.
        self._is_secret = lru_cache(maxsize=1_024)(self._is_secret_field)
        self._fields = lru_cache(maxsize=1_024)(self._fields_as_json)
        self._texts = lru_cache(maxsize=1_024)(self._value)

    def is_secret(self, name: str) -> bool:
        """Say whether a field of this name is hidden."""
        return self._named.search(name) is not None

    def fields(self, fields: Fields) -> str:
        """Header fields, as a JSON object, but those that are recorded otherwise; a repeated one
        has its values joined.
        """
        shown = [
            (name, b"***" if self._is_secret(name) else value)
            for name, value in fields
            if name not in _KNOWN_OTHERWISE
        ]
        size = sum([len(value) for _, value in shown])
        remembered = self._fields if size <= _REMEMBERED_MAX_BYTES else self._fields_as_json
        return remembered(tuple(shown))

    def path(self, text: str) -> str:
        """A text that repeats, as paths and user agents do."""
        return self._texts(text) if len(text) <= _REMEMBERED_MAX_BYTES else self._value(text)

    def query(self, raw: str) -> str:
        """A query string. What is not a list of names and values stays as it is."""
        if "=" not in raw:
            return self._value(raw) if raw else raw
        pairs = parse_qsl(_cut(raw, TEXT_MAX_CHARACTERS), keep_blank_values=True, errors="replace")
        return "&".join(
            f"{quote_plus(self._value(name))}={self._query_value(name, value)}"
            for name, value in pairs
        )

    def body(self, raw: bytes, *, refused: bool) -> str | None:
        """A JSON text; anything else is not kept.

        Of a refused one no text is: somebody may have typed the password where the name belongs.
        """
        try:
            masked = self._json(json.loads(raw), hide_text=refused)
            return _storable(json.dumps(masked, ensure_ascii=False))
        except (ValueError, RecursionError):
            return None

    def error(self, error: BaseException) -> str:
        """Where it came from, innermost last."""
        lines = "".join(traceback.format_exception(error)).splitlines(keepends=True)
        return _storable(self.text("".join(lines[-ERROR_MAX_LINES:])))

    def text(self, text: str) -> str:
        """Any other text: names with values, credentials in URLs, and the shape of our secrets."""
        text = self._in_text.sub(rf"\1{HIDDEN}", _USERINFO.sub(rf"\1{HIDDEN}@", text))
        return hide_tokens(text)

    def _is_secret_field(self, name: bytes) -> bool:
        return self.is_secret(name.decode("latin-1"))

    def _fields_as_json(self, fields: tuple[tuple[bytes, bytes], ...]) -> str:
        shown: dict[str, str] = {}
        left = TEXT_MAX_CHARACTERS
        for raw, value in fields:
            name = self.text(raw.decode("latin-1")[:100])
            text = self._value(value.decode("latin-1")) if left > 0 else "(not kept)"
            left -= len(text) + len(name)
            shown[name] = f"{shown[name]}, {text}" if name in shown else text
        return json.dumps(shown, ensure_ascii=False)

    def _value(self, text: str) -> str:
        """A text that may be a URL, or have one in it."""
        written = _cut(text, VALUE_MAX_CHARACTERS)
        plain = _decoded(written)
        masked = self.text(plain)
        # What hides nothing is shown as it was written.
        return self.text(written) if masked == plain else masked

    def _query_value(self, name: str, value: str) -> str:
        return HIDDEN if self.is_secret(name) else quote_plus(self._value(value))

    def _json(self, value: object, *, hide_text: bool) -> object:
        if isinstance(value, dict):
            return {
                self.text(name): HIDDEN
                if self.is_secret(name)
                else self._json(each, hide_text=hide_text)
                for name, each in value.items()
            }
        if isinstance(value, list):
            return [self._json(each, hide_text=hide_text) for each in value]
        if isinstance(value, str):
            return HIDDEN if hide_text else self._value(value)
        return value


def _cut(text: str, length: int) -> str:
    """The beginning of a long text, and no half of a secret at its end."""
    return text if len(text) <= length else f"{text[:length].rstrip(_OF_TOKENS)}…"


def _decoded(text: str) -> str:
    """What percent-encoding hides, also when it was done several times."""
    for _ in range(3):
        if "%" not in text:
            break
        text = unquote_plus(text)
    return text


def _storable(text: str) -> str:
    """Half a character of JSON's escapes is a string in Python and nowhere else."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
