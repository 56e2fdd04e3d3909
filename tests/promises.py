"""`make reliability`: run the test of every promise in docs/reliability.md, and say of each row
whether it holds. Options are pytest's.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
HERE = "tests/reliability"
_ROW = re.compile(r"^\| (?P<promise>.+?) \| (?P<tests>`.+?) \|", re.MULTILINE)
_TEST = re.compile(r"`(?P<path>[\w/]+(?:\.py)?)(?:::(?P<name>\w+))?`")
_SIDE_BY_SIDE = ("--numprocesses", "3", "--dist", "loadscope", "--no-loadscope-reorder")


@dataclass(frozen=True, slots=True)
class Named:
    """A file or folder of tests, or one test in it."""

    path: str
    name: str | None

    def covers(self, path: str, name: str) -> bool:
        """Whether it names this test."""
        is_there = path == self.path or path.startswith(f"{self.path}/")
        return is_there and self.name in (None, name.partition("[")[0])


@dataclass(frozen=True, slots=True)
class Promise:
    """A row of the page."""

    text: str
    tests: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Ran:
    """A test, and whether it passed."""

    path: str
    name: str
    passed: bool


def promises() -> list[Promise]:
    """All rows that name a test."""
    return [
        Promise(row["promise"], tuple(_named(row["tests"])))
        for row in _ROW.finditer(PAGE.read_text())
    ]


def _named(cell: str) -> Iterator[Named]:
    for each in _TEST.finditer(cell):
        path = each["path"]
        yield Named(path if path.startswith("tests/") else f"{HERE}/{path}", each["name"])


def _run(paths: Sequence[str], options: Sequence[str]) -> list[Ran]:
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        command = [sys.executable, "-m", "pytest", f"--junitxml={file.name}", *options, *paths]
        subprocess.run(command, cwd=ROOT, check=False)
        cases = ElementTree.parse(file.name).iter("testcase")
        return [
            Ran(
                f"{case.attrib['classname'].replace('.', '/')}.py",
                case.attrib["name"],
                passed=all(child.tag in ("properties", "system-out") for child in case),
            )
            for case in cases
        ]


def main() -> None:
    """What disturbs others runs one by one, and the rest side by side."""
    options = sys.argv[1:]
    rows = promises()
    elsewhere = sorted({each.path for row in rows for each in row.tests} - {HERE})
    ran = _run([HERE], options)
    others = [each for each in elsewhere if not each.startswith(f"{HERE}/")]
    ran += _run(others, [*options, "-m", "not alone", *_SIDE_BY_SIDE])
    ran += _run(others, [*options, "-m", "alone"])
    broken = 0
    print("\nThe promises of docs/reliability.md:\n")
    for row in rows:
        of_row = [
            each for each in ran if any(named.covers(each.path, each.name) for named in row.tests)
        ]
        passed = sum(each.passed for each in of_row)
        holds = bool(of_row) and passed == len(of_row)
        broken += not holds
        print(f"{'holds' if holds else 'DOES NOT HOLD'} ({passed} of {len(of_row)}): {row.text}")
    failed = [f"{each.path}::{each.name}" for each in ran if not each.passed]
    print(f"\n{len(rows) - broken} of {len(rows)} promises hold.", *failed, sep="\n")
    sys.exit(bool(broken or failed))


if __name__ == "__main__":
    main()
