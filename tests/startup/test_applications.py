"""The lines of docs/applications.md, run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

from tests.startup.processes import ROOT, running

ADDRESS = "127.0.0.1:8000"
VOLATILE = [
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "…"),
    (re.compile(r"fds_[\w-]{43}"), "fds_…"),
    (re.compile(r'"device":"[^"]+"'), '"device":"…"'),
]


def test_the_lines_for_applications_answer_what_the_page_says(tmp_path: Path) -> None:
    page = (ROOT / "docs/applications.md").read_text()
    script = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    promised = [line.removeprefix("#> ") for line in script.splitlines() if line.startswith("#> ")]
    assert len(promised) == 9
    command = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
    with running(command, tmp_path) as server:
        # Each answer on a line of its own, as a terminal would show it.
        lines = re.sub(r"^(curl .*)$", r"\1; echo", script, flags=re.MULTILINE)
        result = subprocess.run(
            ["bash", "-euc", lines.replace(ADDRESS, server.url.removeprefix("http://"))],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
    said = result.stdout
    for pattern, plain in VOLATILE:
        said = pattern.sub(plain, said)
    assert [line for line in said.splitlines() if line] == promised
