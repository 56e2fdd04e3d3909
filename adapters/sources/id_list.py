"""The list of ids and names that are others now, as a CSV file."""

import csv
import os
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from domain.imports import Imported

_COLUMNS = ("source_id", "id", "source_username", "username")


class IdListFile:
    """Fits `domain.imports.IdList`. The file is made when there is something to write."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, added: Sequence[Imported], *, at: int) -> int:
        if not added:
            return at
        text = StringIO()
        lines = csv.writer(text)
        if not at:
            lines.writerow(_COLUMNS)
        lines.writerows(map(_row, added))
        self.path.touch(mode=0o600)
        with self.path.open("r+b") as file:
            if os.fstat(file.fileno()).st_size < at:
                raise OSError(f"{self.path} is shorter than it was: put it back, or name another.")
            file.seek(at)
            file.truncate()
            file.write(text.getvalue().encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()


def _row(imported: Imported) -> Sequence[str]:
    found, account = imported.account.imported, imported.account
    return (found.source_id, str(imported.id), found.username, account.username.value)


class NoIdList:
    """For a rehearsal, of which nobody needs ids."""

    def write(self, added: Sequence[Imported], *, at: int) -> int:
        """Write nothing."""
        return at
