"""The secret key that the service makes for itself."""

import os
import secrets
from contextlib import suppress
from functools import cached_property
from pathlib import Path

KEY_MIN_BYTES = 32


class KeyFile:
    """A key of 32 random bytes, as text, in a file that only its owner may read. A file of other
    bytes, as it was made before, is a key as well.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def make(self) -> None:
        """Make it if there is none.

        Of several processes one succeeds: the key is written aside and then linked to its name,
        which fails if the name exists. So the file is never half written.
        """
        if self._path.exists():
            return
        draft = self._path.with_suffix(f".{secrets.token_hex(8)}")
        draft.touch(mode=0o600, exist_ok=False)
        with draft.open("wb") as file:
            file.write(secrets.token_urlsafe(KEY_MIN_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            self._path.hardlink_to(draft)
        draft.unlink()

    def replace(self, aside: Path) -> None:
        """Put a new key in place of the old one, which is kept there. Raises `OSError`."""
        draft = KeyFile(self._path.with_suffix(f".{secrets.token_hex(8)}"))
        draft.make()
        aside.hardlink_to(self._path)
        draft._path.replace(self._path)

    def check(self) -> None:
        """Raise `ValueError` if it is no key: one that is empty or cut off can be guessed."""
        if len(self.key) < KEY_MIN_BYTES:
            raise ValueError(
                f"{self._path} has fewer than {KEY_MIN_BYTES} bytes; restore it from a backup, or "
                "remove it and run `frontdesk database forget-secrets --key` to get a new one, "
                "which makes known devices strangers."
            )

    @cached_property
    def key(self) -> bytes:
        """The same in every process, and as a setting: white space around text does not count."""
        stored = self._path.read_bytes()
        return stored.strip() if stored.isascii() else stored
