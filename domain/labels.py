"""What applications know of a user besides the name: roles, and a small JSON object."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.errors import InvalidMetadata, InvalidRoles

ROLES_MAX = 20
METADATA_MAX_BYTES = 4_096
METADATA_MAX_DEPTH = 8
_NOTHING = "{}"
_ROLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")


def parse_roles(raw: Iterable[str]) -> tuple[str, ...]:
    """Accept roles, in any order: at most 20, each 1 to 32 of a to z, 0 to 9, dot, hyphen and
    underscore, so that they can travel in a header field with commas between. Raises
    `InvalidRoles`.
    """
    roles = tuple(sorted(set(raw)))
    if len(roles) > ROLES_MAX:
        raise InvalidRoles(f"Give at most {ROLES_MAX} roles.")
    if not all(_ROLE.fullmatch(role) for role in roles):
        raise InvalidRoles(
            "A role is 1 to 32 of a to z, 0 to 9, dot, hyphen and underscore, and begins with a"
            " letter or digit."
        )
    return roles


@dataclass(frozen=True, slots=True)
class Metadata:
    """A JSON object, as the text that is stored."""

    text: str = _NOTHING

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Self:
        """Accept an object: at most 4,096 bytes as compact UTF-8 and 8 levels, itself included, of
        numbers a double can hold, and text without U+0000 and half characters. Raises
        `InvalidMetadata`.
        """
        _check(value, METADATA_MAX_DEPTH)
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        if len(text.encode()) > METADATA_MAX_BYTES:
            raise InvalidMetadata(f"The metadata has more than {METADATA_MAX_BYTES} bytes.")
        return cls(text)

    @property
    def value(self) -> dict[str, Any]:
        """The object."""
        if self.text == _NOTHING:
            return {}
        value: dict[str, Any] = json.loads(self.text)
        return value


NO_METADATA = Metadata()


def _check(value: object, levels: int) -> None:
    match value:
        case Mapping() | list() if not levels:
            raise InvalidMetadata(f"The metadata has more than {METADATA_MAX_DEPTH} levels.")
        case Mapping():
            for name, inner in value.items():
                _check_text(name)
                _check(inner, levels - 1)
        case list():
            for inner in value:
                _check(inner, levels - 1)
        case str():
            _check_text(value)
        case int() | float():
            _check_number(value)
        case None:
            """Fits."""
        case _:
            raise InvalidMetadata("The metadata has a value that JSON does not have.")


def _check_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidMetadata("The metadata has U+0000 or half a character; leave it out.")


def _check_number(number: float) -> None:
    try:
        is_finite = math.isfinite(number)
    except OverflowError:
        is_finite = False
    if not is_finite:
        raise InvalidMetadata("The metadata has a number that is too large, or is none.")
