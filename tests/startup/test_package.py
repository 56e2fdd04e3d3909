"""What is not Python has to be named, or an installed command cannot start."""

import tomllib

from tests.startup.processes import ROOT

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
