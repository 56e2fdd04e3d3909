"""What import-linter's contracts cannot say."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSIDE = {"domain", "application"}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", files("domain", "application"), ids=lambda p: p.stem)
def test_the_inside_imports_only_the_standard_library(path: Path) -> None:
    allowed = sys.stdlib_module_names | INSIDE
    assert imports_of(path) - allowed == set()


@pytest.mark.parametrize("path", files("domain"), ids=lambda p: p.stem)
def test_the_domain_has_no_clock_no_chance_and_waits_for_nothing(path: Path) -> None:
    assert imports_of(path).isdisjoint({"asyncio", "os", "random", "secrets", "time", "uuid"})
    for node in ast.parse(path.read_text()).body:
        if not (isinstance(node, ast.ClassDef) and "Protocol" in map(ast.unparse, node.bases)):
            assert not any(isinstance(each, ast.AsyncFunctionDef) for each in ast.walk(node))
            assert ".now(" not in ast.unparse(node)


def classes_of(path: Path) -> list[ast.ClassDef]:
    return [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.ClassDef)]


def public_methods_of(class_: ast.ClassDef) -> list[str]:
    methods = [n for n in class_.body if isinstance(n, (ast.AsyncFunctionDef, ast.FunctionDef))]
    return [method.name for method in methods if not method.name.startswith("_")]


ACTORS = ("account", "operators", "operations", "upkeep")
# Of watching the service, with their values.
PORTS = ("queries", "metrics", "nodes", "requests", "request_statistics")
USE_CASES = [
    path
    for actor in ACTORS
    for path in files(f"application/{actor}")
    if path.stem not in ("__init__", *PORTS)
]
STEPS = [path for path in files("application/steps") if path.stem != "__init__"]


def test_the_application_has_no_other_rooms() -> None:
    rooms = {path.relative_to(ROOT / "application").parts[0] for path in files("application")}
    assert rooms == {*ACTORS, "steps", "__init__.py"}


@pytest.mark.parametrize("path", USE_CASES, ids=lambda p: p.stem)
def test_a_use_case_is_one_frozen_class_with_one_call(path: Path) -> None:
    (use_case,) = classes_of(path)
    _check_callable(use_case, path)


@pytest.mark.parametrize("path", STEPS, ids=lambda p: p.stem)
def test_a_step_is_one_frozen_class_with_one_call_and_what_it_yields(path: Path) -> None:
    *values, step = classes_of(path)
    _check_callable(step, path)
    assert all(public_methods_of(value) == [] for value in values)


def _check_callable(class_: ast.ClassDef, path: Path) -> None:
    assert class_.name == path.stem.title().replace("_", "")
    assert [ast.unparse(d) for d in class_.decorator_list] == ["dataclass(frozen=True, slots=True)"]
    assert public_methods_of(class_) == []
    assert "__call__" in [n.name for n in class_.body if isinstance(n, ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", [*USE_CASES, *STEPS], ids=lambda p: p.stem)
def test_what_a_use_case_raises_is_in_its_docstring(path: Path) -> None:
    """Every error it raises itself, and those of the steps that it calls."""
    class_ = classes_of(path)[-1]
    raised = {
        ast.unparse(node.exc).partition("(")[0]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Raise) and node.exc
    }
    told = ast.get_docstring(class_) or ""
    fields = [n for n in class_.body if isinstance(n, ast.AnnAssign)]
    for step in STEPS:
        if any(ast.unparse(field.annotation) == classes_of(step)[-1].name for field in fields):
            of_the_step = (ast.get_docstring(classes_of(step)[-1]) or "").rpartition("Raises")[2]
            raised |= set(re.findall(r"`(\w+)`", of_the_step))
    if "`Unavailable`" in told:
        raised -= {"Busy", "StorageFull", "StorageUnavailable"}
    assert {name for name in raised if f"`{name}`" not in told} == set()


@pytest.mark.parametrize(
    "path",
    files("domain", "application", "adapters", "entrypoints", "benchmarks"),
    ids=lambda p: p.stem,
)
def test_files_are_short_and_say_what_they_are(path: Path) -> None:
    text = path.read_text()
    if not {"versions", "peers"} & set(path.parts) and text:
        assert ast.get_docstring(ast.parse(text)), "one sentence at the top"
    assert len(text.splitlines()) <= 300, "split the file by subject"


def test_every_use_case_has_a_test_file_of_its_name() -> None:
    tests = {path.name for path in files("tests/unit")}
    assert {f"test_{path.name}" for path in [*USE_CASES, *STEPS]} - tests == set()


def test_controllers_decide_nothing() -> None:
    """A handler decodes, calls, and encodes: it may choose between two values to show, but neither
    loops nor handles errors, nor raises any.
    """
    controllers = 0
    for path in files("adapters/http"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and "Controller" in map(ast.unparse, node.bases):
                controllers += 1
                for handler in node.body:
                    inner = list(ast.walk(handler))
                    forbidden = (ast.If, ast.Try, ast.For, ast.While, ast.Raise, ast.Match)
                    assert not any(isinstance(each, forbidden) for each in inner), path
                    assert sum(isinstance(each, ast.IfExp) for each in inner) <= 1, path
    assert controllers >= 9


def test_annotations_can_be_read_at_run_time() -> None:
    for path in files("domain", "application", "adapters", "entrypoints", "tests"):
        assert "from __future__ import " + "annotations" not in path.read_text(), path


def test_sqlite_is_spoken_to_by_its_toolkit() -> None:
    """How files are opened, locked and described is in two modules; statements are everywhere."""
    toolkit = [ROOT / "adapters/sql" / name for name in ("sqlite.py", "disposable_file.py")]
    peculiar = re.compile(r"pragma|begin immediate|sqlite_schema|sqlite3\.connect\(", re.IGNORECASE)
    for path in files("adapters", "application", "domain", "entrypoints"):
        if path not in toolkit and "migrations" not in path.parts:
            assert not peculiar.search(path.read_text()), path
