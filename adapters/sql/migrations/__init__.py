"""How the tables came to be, step by step (Alembic). The commands are `frontdesk database …`."""

HEAD = "0006"
"""The revision this code needs; a test compares it with the newest file in `versions`."""
