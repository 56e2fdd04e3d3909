"""Types, lint and format of the console's modules, by tools that `make check` installs."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.renew_console_types import TYPES, types

ROOT = Path(__file__).parents[2]


def test_the_types_of_the_modules_hold() -> None:
    _succeeds("tsc")


def test_lint_and_format_of_the_modules_hold() -> None:
    _succeeds("biome", "check", "--error-on-warnings", "--max-diagnostics=50")


def test_the_types_of_the_api_are_those_of_its_document() -> None:
    _need_the_tools()
    assert TYPES.read_text() == types(), "make console-types"


def test_the_lock_has_versions_and_hashes_and_no_address() -> None:
    lock = (ROOT / "package-lock.json").read_text()
    assert "://" not in lock
    packages = json.loads(lock)["packages"]
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert packages.pop("")["devDependencies"] == wanted
    for name, each in packages.items():
        assert each["version"], name
        assert each["integrity"].startswith("sha512-"), name
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version


def _succeeds(program: str, *arguments: str) -> None:
    _need_the_tools()
    command = [str(ROOT / "node_modules/.bin" / program), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _need_the_tools() -> None:
    if (ROOT / "node_modules/installed").exists():
        return
    if os.environ.get("CI"):
        pytest.fail("CI needs npm: apt-get install npm, then make node_modules/installed")
    pytest.skip("The console's tools are not installed; with npm: make node_modules/installed")
