"""What applications know of a user besides the name: roles, and a small JSON object."""

import json
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
        """Accept an object: at most 4,096 bytes as compact UTF-8, and 8 levels, itself included.
        Raises `InvalidMetadata`.
        """
        if _depth(value, at_most=METADATA_MAX_DEPTH) > METADATA_MAX_DEPTH:
            raise InvalidMetadata(f"The metadata has more than {METADATA_MAX_DEPTH} levels.")
        try:
            text = json.dumps(
                value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
            )
            size = len(text.encode())
        except (ValueError, TypeError):
            raise InvalidMetadata("The metadata has a value that JSON does not have.") from None
        if "\\u0000" in text:
            raise InvalidMetadata("The metadata has a character U+0000; leave it out.")
        if size > METADATA_MAX_BYTES:
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


def _depth(value: object, *, at_most: int) -> int:
    """How many levels there are, or one more than `at_most`."""
    parts: Iterable[object]
    match value:
        case Mapping():
            parts = value.values()
        case list():
            parts = value
        case _:
            return 0
    if at_most == 0:
        return 1
    return 1 + max((_depth(part, at_most=at_most - 1) for part in parts), default=0)
