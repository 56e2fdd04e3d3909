"""Secrets inside values: texts that may be JSON, a URL, or anything else.

A value is parsed as what it is. Where a secret may stand in something that cannot be parsed with
certainty, all of it is hidden, up to the end of what it stands in.
"""

import json
import re
from urllib.parse import quote, unquote_plus

from adapters.monitoring.masking.decoding import Doubt, decoded
from adapters.monitoring.masking.words import Words
from domain.secrets import hide_secrets

HIDDEN = "***"
LONGEST, PATH_LONGEST = 4_096, 1_024
"""Characters of a value and of a path. What is longer is not looked at, and not kept."""

_DEEPEST = 12
_SEGMENTS_AT_MOST = 40

_WORD = re.compile(r"[\w.~-]*")
_LIST = re.compile(r"[\w.~-]+(?:, ?[\w.~-]+)*")
_URL = re.compile(
    r"(?P<scheme>(?:[a-z][a-z0-9+.-]*:)?//(?=[^/]))?(?P<authority>(?(scheme)[^/?#]*|))"
    r"(?P<path>/[^?#]*|)(?P<query>\?[^#]*|)(?P<fragment>#.*|)",
    re.IGNORECASE,
)
_OF_URLS = re.compile(r"[\w.~:/?#\[\]@!$&'()*+,;=%-]+", re.ASCII)
_HOST = re.compile(r"(?:[\w.-]*|\[[0-9a-f:.]*\])(?::\d*)?", re.IGNORECASE | re.ASCII)
_SCHEMES = re.compile(r"\b(?:basic|digest|negotiate|ntlm)[\s:=+]+[\w+/=.-]{4}", re.IGNORECASE)
_JWT = re.compile(r"eyJ[\w-]{8,}\.")


class Values:
    """Masks them."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def masked(self, text: str) -> str:
        """The text without its secrets, or nothing of it."""
        if len(text) > LONGEST:
            return f"({len(text)} characters, not kept)"
        try:
            return self.parsed(text)
        except Doubt:
            return HIDDEN

    def parsed(self, text: str, depth: int = 0) -> str:
        """The same. Raises `Doubt` where that is not certain."""
        plain = decoded(text)
        if not self.are_secrets_in(plain):
            return text  # as it was written
        if depth > _DEEPEST:
            raise Doubt
        if _LIST.fullmatch(plain):
            return self._names(text, plain)
        if not self._has_structure(plain) and self._are_names_in(plain):
            raise Doubt
        if text.lstrip()[:1] in ("{", "[", '"'):
            return self._json_text(text, depth)
        if text[:1] in ("/", "?", "#") or "://" in text[:40]:
            return self._url(text)
        if "%" in text:
            return quote(self.parsed(unquote_plus(text), depth + 1), safe="/:?#*=&@;,+")
        if self._are_names_in(plain):
            raise Doubt
        return hide_secrets(text) if text == plain else HIDDEN

    def path(self, text: str) -> str:
        """A path as it came, without its secrets: after a name with a value in it, or what may be
        credentials, nothing more is shown.
        """
        if len(text) > PATH_LONGEST:
            return f"({len(text)} characters, not kept)"
        try:
            return self._path(text) if self.are_secrets_in(decoded(text)) else text
        except Doubt:
            return HIDDEN

    def message(self, text: str) -> str:
        """The message of an error. A name at its end has no value after it, as in `no such table:
        sessions`.
        """
        start, _, last = text.rpartition(" ")
        is_name = _WORD.fullmatch(last) and hide_secrets(last) == last
        return text if is_name and self.are_clean(start) else self.masked(text)

    def json(self, value: object, depth: int = 0) -> object:
        """What was parsed from JSON."""
        if depth > _DEEPEST:
            return HIDDEN
        if isinstance(value, dict):
            named = any(self._is_name(each) for each in value.values())
            return {
                self._key(name): HIDDEN
                if named or self.is_secret(name)
                else self.json(each, depth + 1)
                for name, each in value.items()
            }
        if isinstance(value, list):
            if any(self._is_name(each) for each in value):
                return [HIDDEN]
            return [self.json(each, depth + 1) for each in value]
        return self._string(value, depth) if isinstance(value, str) else value

    def is_secret(self, name: str) -> bool:
        """Say whether the value of a field of this name is hidden."""
        try:
            return self._words.name(name)
        except Doubt:
            return True

    def are_secrets_in(self, plain: str) -> bool:
        """Say whether there may be any."""
        return self._are_names_in(plain) or hide_secrets(plain) != plain

    def are_clean(self, text: str) -> bool:
        """Say whether nothing in it has to be hidden, for sure."""
        try:
            return len(text) <= LONGEST and not self.are_secrets_in(decoded(text))
        except Doubt:
            return False

    def _are_names_in(self, plain: str) -> bool:
        colon = plain.find(":")
        return (
            (colon >= 0 and plain.find("@", colon) >= 0)  # a name and a password at a host
            or self._words.are_in(plain)
            or _SCHEMES.search(plain) is not None
            or _JWT.search(plain) is not None
        )

    @staticmethod
    def _has_structure(plain: str) -> bool:
        """Say whether it may be JSON or a URL."""
        return plain.lstrip()[:1] in ("{", "[", '"', "/", "?", "#") or "://" in plain[:40]

    def _is_name(self, value: object) -> bool:
        """As in `{"name": "password", "value": …}`."""
        return (
            isinstance(value, str)
            and _WORD.fullmatch(value) is not None
            and self._words.are_in(value)
        )

    def _names(self, text: str, plain: str) -> str:
        """A list of names, as in `Vary: Accept, Cookie`: no value follows one."""
        *others, _ = plain.split(",")
        if any(self._words.end(each) for each in others):
            raise Doubt
        return text if hide_secrets(plain) == plain and not _JWT.search(plain) else HIDDEN

    def _string(self, value: str, depth: int) -> str:
        try:
            return self.parsed(value, depth + 1)
        except Doubt:
            return HIDDEN

    def _key(self, name: str) -> str:
        return name if _WORD.fullmatch(name) and hide_secrets(name) == name else self.masked(name)

    def _json_text(self, text: str, depth: int) -> str:
        try:
            return json.dumps(self.json(json.loads(text), depth + 1), ensure_ascii=False)
        except (ValueError, RecursionError):
            raise Doubt from None

    def _url(self, text: str) -> str:
        parts = _URL.fullmatch(text)
        if parts is None or not _OF_URLS.fullmatch(text):
            raise Doubt
        scheme, authority = parts["scheme"] or "", self._authority(parts["authority"])
        path, after = parts["path"], parts["query"] + parts["fragment"]
        if scheme and "@" in decoded(path):
            raise Doubt  # of a password with a slash in it?
        shown = self._path(path)
        start = f"{scheme}{authority}{shown}"
        if not after or (shown != path and shown.endswith(HIDDEN)):
            return start
        if self.are_secrets_in(decoded(after)):
            return f"{start}{after[0]}{HIDDEN}"
        return start + after

    def _authority(self, text: str) -> str:
        _, at, host = text.rpartition("@")
        if not _HOST.fullmatch(host) or hide_secrets(host) != host:
            raise Doubt
        return f"{HIDDEN}@{host}" if at else host

    def _path(self, text: str) -> str:
        """Segment by segment."""
        shown: list[str] = []
        segments = [(each, decoded(each)) for each in text.split("/", _SEGMENTS_AT_MOST)]
        at = max((n for n, (_, plain) in enumerate(segments) if "@" in plain), default=-1)
        follows = False
        for number, (segment, plain) in enumerate(segments):
            if _WORD.fullmatch(plain):
                known = (follows and plain) or hide_secrets(plain) != plain or _JWT.search(plain)
                shown.append(HIDDEN if known else segment)
                follows = self._words.end(plain) or (follows and not plain)
            elif follows or (":" in plain and number <= at) or self._are_names_in(plain):
                return "/".join([*shown, HIDDEN])
            else:
                shown.append(segment if hide_secrets(plain) == plain else HIDDEN)
                follows = False
        return "/".join(shown)
