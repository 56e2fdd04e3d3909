"""The client is a package of its own that needs neither the service nor a framework."""

import ast
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.startup.processes import ROOT

PACKAGE = ROOT / "clients/python/src/frontdesk_client"
FRAMEWORKS = {
    "fastapi.py": {"fastapi", "starlette"},
    "starlette.py": {"starlette"},
    "litestar.py": {"litestar"},
    "django.py": {"django", "asgiref"},
}
ALLOWED = {"httpx", "msgspec", "frontdesk_client", *sys.stdlib_module_names}


def imported_by(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names):
                found |= {each.name.partition(".")[0] for each in names}
            case ast.ImportFrom(module, level=0) if module:
                found.add(module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_each_file_needs_only_what_it_is_for(path: Path) -> None:
    needed = imported_by(path) - ALLOWED - FRAMEWORKS.get(path.name, set())
    # Where the service is asked to run in-process, and only when it is.
    assert needed <= ({"entrypoints"} if path.name == "client.py" else set())
    assert len(path.read_text().splitlines()) <= 300


def test_the_service_does_not_know_it() -> None:
    rooms = ("domain", "application", "adapters", "entrypoints")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    assert files
    assert [path for path in files if "frontdesk_client" in imported_by(path)] == []


@pytest.mark.sqlite
def test_it_is_built_with_its_types_and_runs_with_httpx_and_msgspec_alone(tmp_path: Path) -> None:
    uv = [sys.executable, "-m", "uv", "--quiet"]
    python = str(tmp_path / "environment" / "bin" / "python")
    source = tmp_path / "source"
    left_out = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT / "clients" / "python", source, ignore=left_out)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(tmp_path)]
    for command in (
        [*build, str(source)],
        [*uv, "venv", "--python", sys.executable, str(tmp_path / "environment")],
    ):
        subprocess.run(command, check=True, timeout=110)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    files = {path.name for path in PACKAGE.iterdir() if path.is_file()}
    assert "py.typed" in files
    assert {f"frontdesk_client/{name}" for name in files} <= names
    install = [*uv, "pip", "install", "--python", python, str(wheel)]
    subprocess.run(install, check=True, timeout=110)
    tried = subprocess.run(
        [python, "-c", "import frontdesk_client.testing, frontdesk_client.checks, sys;"
         " print(sorted({'litestar', 'fastapi', 'django', 'starlette'} & set(sys.modules)))"],
        capture_output=True, check=True, cwd=tmp_path, text=True, timeout=60,
    )  # fmt: skip
    assert tried.stdout == "[]\n"
