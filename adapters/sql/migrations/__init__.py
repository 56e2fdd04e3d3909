"""How the tables came to be, step by step (Alembic). The commands are `frontdesk database …`."""

from pathlib import Path

_FILES = (Path(__file__).parent / "versions").glob("[0-9]*.py")
HEAD = max(path.name for path in _FILES).partition("_")[0]
"""The revision this code needs: the newest in `versions`."""

READABLE_BY = "0007"
"""The oldest revision whose code may run on this schema. A migration that older code cannot live
with says so in the table `compatibility`, and here.
"""
