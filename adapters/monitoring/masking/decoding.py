"""What encodings hide."""

import html
import re
import unicodedata
from urllib.parse import unquote

_ROUNDS = 6
_ESCAPED = re.compile(r"(?:\\|%)u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_AGAIN = re.compile(r"%(?:25)+(?=[0-9a-fA-F]{2})")  # encoded more than once
_REFERENCE = re.compile(r"&(?:#\w+;?|\w+;)")  # without its end, a name may be a parameter's
_INVISIBLE = re.compile(rb"[^\x21-\x7e]")


class Doubt(Exception):
    """It cannot be told with certainty where a secret begins or ends."""


def decoded(text: str) -> str:
    """The text in plain characters: without percent-encoding, escapes of JSON and JavaScript and
    HTML's references, each also if it was applied several times; and without other forms of the
    same letters. Raises `Doubt` if there is no end to it.
    """
    if text.isascii() and "%" not in text and "\\" not in text and "&#" not in text:
        return text
    for _ in range(_ROUNDS):
        before = text
        if "\\" in text or "%u" in text:
            text = _ESCAPED.sub(_character, text)
        if "%" in text:
            text = unquote(_AGAIN.sub("%", text), errors="replace")
        if "&#" in text:
            text = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
        if text == before:
            return text if text.isascii() else _letters(text)
    raise Doubt


def printable(raw: bytes) -> str:
    """A path or query as it came; what is no visible character, percent-encoded."""
    return _INVISIBLE.sub(_encoded, raw).decode("ascii")


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1] or escape[2], 16))


def _encoded(found: re.Match[bytes]) -> bytes:
    return b"%%%02X" % ord(found[0])


def _letters(text: str) -> str:
    """Full-width letters are letters, and what is invisible hides none."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join([each for each in plain if unicodedata.category(each) != "Cf"])
