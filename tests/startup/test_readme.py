"""The README's lines, run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

from tests.startup.processes import ROOT, running

ADDRESS = "127.0.0.1:8000"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def walk_through() -> list[tuple[str, str]]:
    """The curl lines, each with the answer the README shows for it."""
    steps: list[tuple[str, str]] = []
    for line in (ROOT / "README.md").read_text().splitlines():
        if line.startswith("curl -"):
            steps.append((line, ""))
        elif line.startswith("#> "):
            steps[-1] = (steps[-1][0], line.removeprefix("#> "))
    return steps


def test_the_walk_through_answers_what_the_readme_says(tmp_path: Path) -> None:
    steps = walk_through()
    assert len(steps) == 8
    command = [sys.executable, "-m", "entrypoints.serve", "--port", "{port}"]
    with running(command, tmp_path, FRONTDESK_BCRYPT_COST="12") as server:
        for line, promised in steps:
            result = subprocess.run(
                line.replace(ADDRESS, server.url.removeprefix("http://")),
                shell=True,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=True,
            )
            assert INSTANT.sub("…", result.stdout) == INSTANT.sub("…", promised), line


def test_its_links_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
