"""The lines of docs/applications.md, run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.startup.processes import ROOT, environment, running

ADDRESS = "127.0.0.1:8000"
VOLATILE = [
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "…"),
    (re.compile(r"(fd[si]_)[\w-]{43}"), r"\1…"),
    (re.compile(r'"device":"[^"]+"'), '"device":"…"'),
]


INVITED = "Who may sign up"
"""The section whose lines are for a service of its own."""


def scripts() -> dict[str, str]:
    """The lines for each service, by its FRONTDESK_SIGN_UP."""
    page = (ROOT / "docs/applications.md").read_text()
    sections = re.split(r"^## ", page, flags=re.MULTILINE)
    own = [each for each in sections if each.startswith(INVITED)]
    common = [each for each in sections if each not in own]
    return {
        mode: "\n".join(re.findall(r"```sh\n(.*?)```", "".join(texts), re.DOTALL))
        for mode, texts in (("open", common), ("invited", own))
    }


@pytest.mark.parametrize(("sign_up", "script"), scripts().items(), ids=scripts())
def test_the_lines_for_applications_answer_what_the_page_says(
    tmp_path: Path, sign_up: str, script: str
) -> None:
    promised = [line.removeprefix("#> ") for line in script.splitlines() if line.startswith("#> ")]
    assert len(promised) >= 6
    command = [sys.executable, "-m", "entrypoints", "serve", "--port", "{port}"]
    with running(command, tmp_path, FRONTDESK_SIGN_UP=sign_up) as server:
        # Each answer on a line of its own, as a terminal would show it.
        lines = re.sub(r"^(curl .*)$", r"\1; echo", script, flags=re.MULTILINE)
        frontdesk = f'PYTHONPATH="{ROOT}" "{sys.executable}" -m entrypoints "$@"'
        lines = f"frontdesk() {{ {frontdesk}; }}\n{lines}"
        result = subprocess.run(
            ["bash", "-euc", lines.replace(ADDRESS, server.url.removeprefix("http://"))],
            cwd=tmp_path,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            check=True,
        )
    said = result.stdout
    for pattern, plain in VOLATILE:
        said = pattern.sub(plain, said)
    assert [line for line in said.splitlines() if line] == promised
