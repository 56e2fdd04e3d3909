"""What import-linter's contracts cannot say."""

import ast
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


@pytest.mark.parametrize("path", files("application"), ids=lambda p: p.stem)
def test_a_use_case_is_one_frozen_class_with_one_call(path: Path) -> None:
    classes = [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.ClassDef)]
    if path.name == "__init__.py":
        assert classes == []
        return
    (use_case,) = classes
    assert use_case.name == path.stem.title().replace("_", "")
    assert [ast.unparse(d) for d in use_case.decorator_list] == [
        "dataclass(frozen=True, slots=True)"
    ]
    methods = [n.name for n in use_case.body if isinstance(n, ast.AsyncFunctionDef)]
    assert [name for name in methods if not name.startswith("_")] == []
    assert "__call__" in methods


@pytest.mark.parametrize(
    "path", files("domain", "application", "adapters", "entrypoints"), ids=lambda p: p.stem
)
def test_files_are_short_and_say_what_they_are(path: Path) -> None:
    text = path.read_text()
    if "versions" not in path.parts and text:
        assert ast.get_docstring(ast.parse(text)), "one sentence at the top"
    assert len(text.splitlines()) <= 300


def test_controllers_decide_nothing() -> None:
    """Decode, call one use case, encode: no branches and no handlers of exceptions."""
    controllers = 0
    for path in files("adapters/http"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and "Controller" in map(ast.unparse, node.bases):
                controllers += 1
                for inner in ast.walk(node):
                    assert not isinstance(
                        inner, (ast.If, ast.IfExp, ast.Try, ast.For, ast.While)
                    ), path
    assert controllers >= 9


def test_annotations_can_be_read_at_run_time() -> None:
    for path in files("domain", "application", "adapters", "entrypoints", "tests"):
        assert "from __future__ import " + "annotations" not in path.read_text(), path


def test_sqlite_stays_in_its_module() -> None:
    words = ("PRAGMA", "BEGIN IMMEDIATE", "sqlite_schema")
    for path in files("adapters", "application", "domain"):
        if path.name != "sqlite.py":
            assert not any(word in path.read_text() for word in words), path
