"""The data folder of a demo: which may be used, and what may be removed from it."""

import fcntl
import os
from datetime import datetime
from pathlib import Path

from msgspec import MsgspecError, Struct, json

from entrypoints.demo.fill import Login

MARKER = "frontdesk-demo.json"
"""Names a folder as a demo's. It has the operator's password, and is for its owner alone."""

_DATABASES = ("frontdesk.db", "requests.db", "metrics.db")
_MADE = frozenset(
    {
        MARKER,
        "secret.key",
        *(f"{name}{end}" for name in _DATABASES for end in ("", "-wal", "-shm", "-journal")),
    }
)


class CannotDemonstrate(Exception):
    """There can be no demo; the text says why, and nothing was changed."""


class Demo(Struct, frozen=True, kw_only=True):
    """What the marker says: how the operator logs in, when the demo was made, and whether that was
    finished.
    """

    login: Login
    made_at: datetime
    is_whole: bool = False


def demo_in(folder: Path) -> Demo | None:
    """The demo that is there; `None` if there is nothing at all. Raises `CannotDemonstrate` for
    anything else, and for a file that no demo makes.
    """
    if folder.is_dir():
        found = {path.name for path in folder.iterdir()}
        if found and (MARKER not in found or found - _MADE):
            other = min(found - _MADE, default=min(found))
            raise CannotDemonstrate(
                f"{folder} has something in it that is no demo's, as {other}; name another folder "
                "with --data-dir."
            )
        return _read(folder / MARKER) if found else None
    if folder.exists() or folder.is_symlink():
        raise CannotDemonstrate(f"{folder} is no folder; name another one with --data-dir.")
    return None


def _read(marker: Path) -> Demo:
    try:
        return json.decode(marker.read_bytes(), type=Demo)
    except MsgspecError:
        raise CannotDemonstrate(
            f"{marker} is not of a demo that this version made; name another folder with "
            "--data-dir."
        ) from None


def hold(folder: Path) -> int:
    """Keep the demo that is there for this process, until it ends: the number of an open file.
    Raises `CannotDemonstrate` if another one has it.
    """
    marker = os.open(folder / MARKER, os.O_RDWR)
    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(marker)
        raise CannotDemonstrate(
            f"Another process has the demo in {folder}; end it first."
        ) from None
    return marker


def begin(folder: Path, demo: Demo) -> None:
    """Make the folder, if need be, and mark it, before anything else is in it. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    marker = folder / MARKER
    marker.touch(mode=0o600, exist_ok=False)
    marker.write_bytes(json.encode(demo))


def finish(folder: Path, demo: Demo) -> None:
    """Mark it as whole."""
    (folder / MARKER).write_bytes(json.encode(demo))


def remove(folder: Path) -> None:
    """Remove the files of the demo in this folder, by name, the marker last. The folder stays.
    Raises `CannotDemonstrate` unless `demo_in` finds one; `OSError`.
    """
    if demo_in(folder):
        for name in sorted(_MADE, key=lambda name: name == MARKER):
            (folder / name).unlink(missing_ok=True)
