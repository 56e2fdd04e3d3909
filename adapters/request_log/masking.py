"""What of a request may be kept.

Hidden are the values of fields whose name has one of the given words in it, in headers, queries,
JSON and URLs, and whatever has the shape of a secret of ours, wherever it stands.
"""

import json
import re
import traceback
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, quote_plus

from domain.traffic import Fields

HIDDEN = "***"
WORDS = (
    "password",
    "passwd",
    "secret",
    "token",
    "cookie",
    "authorization",
    "session",
    "key",
    "code",
    "pepper",
    "credential",
    "otp",
)
TEXT_MAX_CHARACTERS = 16_384
_KNOWN_OTHERWISE = frozenset({b"content-length", b"x-request-id", b"user-agent"})

_OURS = re.compile(r"(?<![A-Za-z0-9_-])(?:fdk_)?[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")
_USERINFO = re.compile(r"(://)[^/\s@:]*:[^/\s@]*@")


class Masking:
    """Hides the values of fields whose name has one of these words in it, in any case."""

    def __init__(self, words: Iterable[str] = WORDS) -> None:
        named = "|".join(map(re.escape, words))
        self._named = re.compile(named, re.IGNORECASE)
        self._in_text = re.compile(
            # Bounded everywhere: a long text costs time in proportion, not in its square.
            rf"""((?:{named})[\w.-]{{0,40}}["']?\s{{0,4}}[=:]\s{{0,4}}["']?)[^\s"'&;,#]+""",
            re.IGNORECASE,
        )
        # Most of a request is like most before it; what is secret is not even remembered here.
        self._is_secret = lru_cache(maxsize=1_024)(self._is_secret_field)
        self._fields = lru_cache(maxsize=1_024)(self._fields_as_json)
        self.path = lru_cache(maxsize=1_024)(self.text)
        """As `text`, for texts that repeat."""

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
        return self._fields(tuple(shown))

    def query(self, raw: str) -> str:
        """A query string. What is not a list of names and values stays as it is."""
        if "=" not in raw:
            return self.text(raw) if raw else raw
        pairs = parse_qsl(raw, keep_blank_values=True, errors="replace")
        return "&".join(
            f"{quote_plus(self.text(name))}={self._query_value(name, value)}"
            for name, value in pairs
        )

    def body(self, raw: bytes, *, refused: bool) -> str | None:
        """A JSON text; anything else is not kept.

        Somebody who is refused may have typed the password where the name belongs, so that the name
        beside a password is hidden as well.
        """
        try:
            value = json.loads(raw)
            names = {"username"} if refused and self._has_password(value) else set()
            return json.dumps(self._json(value, names), ensure_ascii=False)[:TEXT_MAX_CHARACTERS]
        except (ValueError, RecursionError):
            return None

    def error(self, error: BaseException) -> str:
        """Where it came from, innermost last."""
        return self.text("".join(traceback.format_exception(error))[-TEXT_MAX_CHARACTERS:])

    def text(self, text: str) -> str:
        """Any other text: names with values, credentials in URLs, and the shape of our secrets."""
        text = self._in_text.sub(rf"\1{HIDDEN}", _USERINFO.sub(rf"\1{HIDDEN}@", text))
        return _OURS.sub(HIDDEN, text)

    def _is_secret_field(self, name: bytes) -> bool:
        return self.is_secret(name.decode("latin-1"))

    def _fields_as_json(self, fields: tuple[tuple[bytes, bytes], ...]) -> str:
        shown: dict[str, str] = {}
        for raw, value in fields:
            name, text = raw.decode("latin-1"), self._value(value.decode("latin-1"))
            shown[name] = f"{shown[name]}, {text}" if name in shown else text
        return json.dumps(shown, ensure_ascii=False)

    def _value(self, text: str) -> str:
        head, mark, query = text.partition("?")
        return self.text(head) + mark + (self.query(query) if mark else "")

    def _query_value(self, name: str, value: str) -> str:
        return HIDDEN if self.is_secret(name) else quote_plus(self.text(value))

    def _json(self, value: object, hidden: set[str]) -> object:
        if isinstance(value, dict):
            return {
                self.text(name): HIDDEN
                if self.is_secret(name) or name in hidden
                else self._json(each, hidden)
                for name, each in value.items()
            }
        if isinstance(value, list):
            return [self._json(each, hidden) for each in value]
        return self.text(value) if isinstance(value, str) else value

    def _has_password(self, value: object) -> bool:
        return isinstance(value, Mapping) and any("password" in name.lower() for name in value)
