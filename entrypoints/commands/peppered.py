"""Which passwords need which pepper."""

from collections.abc import Mapping
from typing import Self

from msgspec import Struct

from entrypoints.settings import Settings


class Peppered(Struct, frozen=True):
    """How many passwords are hashed with what is set now, with a former pepper or none, and with
    one that is not set here. Those of other software count as former ones.
    """

    present: int
    former: int
    unknown: int

    @classmethod
    def of(cls, settings: Settings, counted: Mapping[str, int]) -> Self:
        """Of what `hashes_by_pepper` found."""
        from adapters.passwords.bcrypt_hasher import pepper_id

        present = counted.get(pepper_id(settings.pepper), 0)
        known = {"", pepper_id(None), *map(pepper_id, settings.old_peppers)}
        former = sum(number for id_, number in counted.items() if id_ in known)
        former -= present if pepper_id(settings.pepper) in known else 0
        return cls(present, former, sum(counted.values()) - present - former)
