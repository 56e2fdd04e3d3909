"""The tables of docs/sessions.md, as data."""

from datetime import timedelta
from pathlib import Path

_PAGE = (Path(__file__).parents[2] / "docs" / "sessions.md").read_text()
_UNITS = {"minute": "minutes", "minutes": "minutes", "days": "days"}


def _table(heading: str) -> list[list[str]]:
    section = _PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _age(text: str) -> timedelta | None:
    if not text:
        return None
    amount, unit = text.split()
    return timedelta(**{_UNITS[unit]: int(amount)})


PHASES = [(phase, _age(start), _age(end)) for phase, start, end in _table("Phases")]
ENDINGS = dict(_table("Endings"))
ANSWERS = {state: (int(read), int(sensitive)) for state, read, sensitive in _table("Answers")}


def phase_at(age: timedelta) -> str:
    """The phase of a session that long after its login."""
    for phase, start, end in PHASES:
        if (start is None or age >= start) and (end is None or age < end):
            return phase
    raise AssertionError(age)
