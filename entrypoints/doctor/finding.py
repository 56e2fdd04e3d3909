"""What doctor finds."""

from enum import StrEnum

from msgspec import Struct


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, and will not for ever, or not as well as it could."""
    ERROR = "error"
    """It does not work, or loses what was answered."""


class Finding(Struct, frozen=True):
    """One thing that was looked at. `advice` says what to do; of what is well there is none."""

    level: Level
    check: str
    found: str
    advice: str = ""


def ok(check: str, found: str) -> Finding:
    """It is well."""
    return Finding(Level.OK, check, found)


def warning(check: str, found: str, advice: str) -> Finding:
    """It should be changed."""
    return Finding(Level.WARNING, check, found, advice)


def error(check: str, found: str, advice: str) -> Finding:
    """It has to be changed."""
    return Finding(Level.ERROR, check, found, advice)
