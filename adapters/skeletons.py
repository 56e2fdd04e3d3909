"""What texts look like: skeletons by Unicode Technical Standard 39, §4, with the data of
confusable-homoglyphs.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from msgspec import Struct, json

_LEFT_TO_RIGHT = "\u200e"  # around characters of scripts that are written the other way


class _Homoglyph(Struct):
    c: str


def skeleton(text: str) -> str:
    """What is the same for texts that can be taken for each other; not for display. Case counts."""
    prototypes = _prototypes()
    return _decomposed(_decomposed(text).translate(prototypes))


@cache
def _prototypes() -> Mapping[int, str]:
    """By code point, what stands for all characters that look like it.

    The data has each character with the prototype that Unicode gives it, and each prototype with
    all its characters; only of a pair it does not say which is which.
    """
    raw = (files("confusable_homoglyphs") / "confusables.json").read_bytes()
    data = json.decode(raw, type=dict[str, list[_Homoglyph]])
    like = {_bare(each): [_bare(other.c) for other in found] for each, found in data.items()}
    found = {}
    for each, others in like.items():
        if len(each) == 1 and len(others) == 1:
            (other,) = others
            is_pair = len(other) == 1 and len(like[other]) == 1
            found[ord(each)] = min(each, other) if is_pair else other
    return found


def _bare(text: str) -> str:
    return text.strip(_LEFT_TO_RIGHT)


def _decomposed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFD", text)
