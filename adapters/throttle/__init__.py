"""Counting attempts: in this process, or not at all. The database's own is in `persistence`."""
