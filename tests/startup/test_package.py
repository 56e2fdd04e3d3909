"""The package, built and installed into an empty environment, is the whole service."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.client import connect
from tests.startup.processes import ROOT, run, running

PACKAGES = ("domain", "application", "adapters", "entrypoints")


def test_every_file_that_is_not_python_is_in_a_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    named = {
        path
        for package, patterns in settings["package-data"].items()
        for pattern in patterns
        for path in (ROOT / package.replace(".", "/")).glob(pattern)
    }
    present = {
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    assert present
    assert present - named == set()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel, its locked dependencies and no more."""
    folder = tmp_path_factory.mktemp("package")
    source = folder / "source"
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE", "app.py"):
        shutil.copy(ROOT / name, source)
    uv = [sys.executable, "-m", "uv", "--quiet"]
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", str(folder)]
    python = folder / "environment" / "bin" / "python"
    install = [*uv, "pip", "install", "--python", str(python)]
    for command in (
        [*build, str(source)],
        [*uv, "venv", "--python", sys.executable, str(folder / "environment")],
        [*install, "--require-hashes", "-r", str(ROOT / "requirements.lock")],
    ):
        subprocess.run(command, check=True, timeout=110)
    wheels = map(str, folder.glob("*.whl"))
    subprocess.run([*install, "--no-deps", *wheels], check=True, timeout=110)
    return python.parent


def test_an_installed_package_serves_and_has_every_command(installed: Path, tmp_path: Path) -> None:
    frontdesk = str(installed / "frontdesk")
    with running([frontdesk, "serve", "--port", "{port}"], tmp_path, cwd=tmp_path) as server:
        with connect(server.url) as client:
            assert client.sign_up("user1", "123123").status == 200
            assert client.me().data["username"] == "user1"
            for path in ("/schema", "/schema/openapi.json", "/ops"):
                assert client.request("GET", path).status == 200
        assert server.stop() == 0
        assert "Traceback" not in server.output()
    for command in (
        ["users", "create", "grace", "--operator", "--password-stdin"],
        ["users", "disable", "user1"],
        ["database", "check"],
        ["database", "upgrade", "--no-prompt"],
        ["--version"],
    ):
        done = run([frontdesk, *command], tmp_path, stdin="123123", cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_a_wheel_has_the_four_rooms_and_no_more(installed: Path) -> None:
    (packages,) = (installed.parent / "lib").glob("python*/site-packages")
    for name in PACKAGES:
        assert (packages / name).is_dir()
    for name in ("app.py", "tests", "benchmarks"):
        assert not (packages / name).exists()
