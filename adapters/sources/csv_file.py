"""Accounts in a CSV file (RFC 4180), whose first line names the columns."""

import csv
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

from adapters.sources.columns import Reading, columns_in
from adapters.sources.files import BadFile, FileSource

_Row = Mapping[str, str]


def csv_source(
    path: Path,
    named: Mapping[str, str | None],
    metadata: Sequence[str],
    *,
    now: datetime,
    zone: tzinfo,
) -> FileSource[_Row]:
    """Read all of it, so that what is wrong is said before anything is done. Raises `BadFile`,
    `NoSuchColumn`, `OSError`.
    """
    reading = Reading(columns_in(_names(path), named, metadata, needs_id=False), now, zone)
    number, highest, digest = 0, 0, hashlib.sha256()
    for number, row in enumerate(_rows(path), 1):
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
        highest = max(highest, reading.account(row, number).id or 0)
    name = f"csv sha256:{digest.hexdigest()}"
    last_id = highest if reading.columns.id else 0
    return FileSource(name, number, last_id, partial(_rows, path), reading.account)


def _names(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            names = next(csv.reader(file, strict=True), [])
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadFile(f"{path}, line 1: {error}") from error
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise BadFile(f"{path}, line 1: these columns are there twice: {', '.join(twice)}.")
    return names


def _rows(path: Path) -> Iterator[_Row]:
    names = _names(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, strict=True)
        try:
            next(lines)
            for cells in lines:
                if cells and len(cells) != len(names):
                    raise BadFile(
                        f"{path}, line {lines.line_num}: {len(cells)} cells, and the first line"
                        f" names {len(names)} columns."
                    )
                if cells:
                    yield dict(zip(names, cells, strict=True))
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadFile(f"{path}, line {lines.line_num}: {error}") from error
