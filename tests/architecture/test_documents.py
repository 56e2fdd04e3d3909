"""What documents say of the repository is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.http.problem_kinds import DOMAIN
from application.operations.metrics import COUNTERS, GAUGES, NODE_UP, REQUEST_SECONDS
from benchmarks.scaling import Habits, reckon, table_of
from domain import errors
from domain.events import EventKind
from tests.promises import promises

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
]
ROOMS = ("domain", "application", "adapters", "entrypoints")


def folders_in_the_picture() -> set[str]:
    text = (ROOT / "docs/architecture.md").read_text()
    (tree,) = re.findall(r"```\n(domain/.*?)```", text, re.DOTALL)
    found: set[str] = set()
    parents: list[str] = []
    for line in tree.splitlines():
        if named := re.match(r"( *)([a-z_]+)/ ", line):
            depth = len(named[1]) // 2
            parents = [*parents[:depth], named[2]]
            found.add("/".join(parents))
    return found


def test_the_picture_of_the_rooms_is_the_tree_as_it_is() -> None:
    present = {
        str(path.parent.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path.parent.name != "versions"
    }
    pictured = folders_in_the_picture()
    assert {each for each in pictured if each.split("/")[0] in ROOMS} == present
    assert all((ROOT / each).is_dir() for each in pictured)


def test_every_promise_names_tests_that_are_there() -> None:
    rows = [
        line
        for line in (ROOT / "docs/reliability.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith("| promise |")
    ]
    found = promises()
    assert len(found) == len(rows), "a row without a test"
    for promise in found:
        for each in promise.tests:
            path = ROOT / each.path
            assert path.exists(), each
            assert path.is_dir() or path.name.startswith("test_"), f"pytest does not collect {each}"
            assert each.name is None or f"def {each.name}(" in path.read_text(), each


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_links_to_is_there(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_files_a_document_names_are_there(path: Path) -> None:
    folders = "|".join((*ROOMS, "tests", "benchmarks", "docs"))
    for named in re.findall(rf"`((?:{folders})/[\w/.-]+\.\w+)`", path.read_text()):
        assert (ROOT / named).exists(), named


def test_every_decision_has_a_status_and_a_date_and_is_in_the_index() -> None:
    index = (ROOT / "docs/adr/README.md").read_text()
    rows = [line for line in index.splitlines() if re.match(r"\| \d", line)]
    expected = []
    for path in sorted((ROOT / "docs/adr").glob("0*.md")):
        text = path.read_text()
        title = re.match(r"# (\d+)\. (.+)\n", text)
        stated = re.search(r"^Status: (.+)\. Date: (\d{4}-\d\d-\d\d)\.$", text, re.MULTILINE)
        assert title, path
        assert stated, path
        number, name = title.groups()
        expected.append(f"| {number} | [{name}]({path.name}) | {stated[1]} | {stated[2]} |")
    assert rows == expected


def test_the_page_on_growing_shows_what_the_script_reckons() -> None:
    needs = [reckon(int(users), Habits()) for users in (1e4, 1e5, 1e6, 1e7, 1e8)]
    assert table_of(needs) in (ROOT / "docs/scaling.md").read_text()


def test_every_failure_is_in_the_picture_of_them() -> None:
    told = errors.__doc__ or ""
    kinds = [
        name
        for name, each in vars(errors).items()
        if isinstance(each, type) and each.__module__ == errors.__name__
    ]
    unknown = {name for name in kinds if not re.search(rf"\b{name}\b", told)}
    assert unknown - {"NoSuchThing", "Refused"} == set()


def test_every_event_and_every_code_is_explained() -> None:
    events = (ROOT / "docs/events.md").read_text()
    assert [kind for kind in EventKind if f"`{kind}`" not in events] == []
    api = (ROOT / "docs/api.md").read_text()
    told = (ROOT / "docs/operations-api.md").read_text() + api
    assert {kind.code for kind in DOMAIN.values() if f"`{kind.code}`" not in told} == set()


def test_every_metric_is_explained_as_the_api_explains_it() -> None:
    page = (ROOT / "docs/operations-api.md").read_text()
    told = {"node_up": NODE_UP, "request_seconds": REQUEST_SECONDS}
    kinds = {"counter": COUNTERS, "gauge": GAUGES, "for Prometheus": told}
    for kind, meanings in kinds.items():
        rows = [f"| `{name}` | {meaning} |" for name, meaning in meanings.items()]
        assert "\n".join([f"| {kind} | meaning |", "|---|---|", *rows]) in page


def test_the_benchmark_can_be_started() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
