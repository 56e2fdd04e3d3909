"""The README's lines, run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

from tests.startup.processes import ROOT, run, running

ADDRESS = "127.0.0.1:8000"
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def walk_through() -> list[tuple[str, str]]:
    """The curl lines, each with the answer the README shows for it."""
    steps: list[tuple[str, str]] = []
    for line in (ROOT / "README.md").read_text().splitlines():
        if line.startswith("curl -") and ADDRESS in line:
            steps.append((line, ""))
        elif line.startswith("#> "):
            steps[-1] = (steps[-1][0], line.removeprefix("#> "))
    return steps


def test_the_walk_through_answers_what_the_readme_says(tmp_path: Path) -> None:
    steps = walk_through()
    assert len(steps) == 8
    command = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
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


def test_the_lines_for_operators_do_what_they_say(tmp_path: Path) -> None:
    page = (ROOT / "docs/operations-api.md").read_text()
    (script,) = re.findall(r"## With curl\n.*?```sh\n(.*?)```", page, re.DOTALL)
    users = [sys.executable, "-m", "litestar", "users", "create"]
    for command in ([*users, "grace", "--operator"], [*users, "user1"]):
        made = run([*command, "--password-stdin"], tmp_path, stdin="123123\n")
        assert made.returncode == 0, made.stderr
    command = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
    with running(command, tmp_path) as server:
        assert "Become the first operator" not in server.output()
        before, disable, after = re.split(r"(.*/disable\n)", script)
        # The user is there meanwhile.
        log_in = (
            "curl -sc jar http://127.0.0.1:8000/api/user/login "
            """-H 'Content-Type: application/json' """
            """-d '{"username": "user1", "password": "123123"}'\n"""
        )
        refused = "curl -sb jar http://127.0.0.1:8000/api/user; sleep 1\n"
        whole = before + log_in + disable + refused + after
        result = subprocess.run(
            ["bash", "-euc", whole.replace(ADDRESS, server.url.removeprefix("http://"))],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        server.stop()
    for said in ('"username":"user1"', '"disabled_at":"2', '"status":401', '"password":"***"',
                 '"kind":"account_disabled"', '"latency_ms"'):  # fmt: skip
        assert said in result.stdout, said
    problems = set(re.findall(r"urn:frontdesk:problem:([a-z-]+)", result.stdout))
    assert problems <= {"not-signed-in"}, "which the disabled user is told"


def test_its_links_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
