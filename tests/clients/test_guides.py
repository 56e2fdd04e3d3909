"""What README and docs/applications.md show in Python is what runs."""

import re
from typing import Any

import httpx
import pytest
from frontdesk_client.testing import signed_in_as

from tests.clients.conftest import Service
from tests.startup.processes import ROOT

BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
FRONTDESK = "http://127.0.0.1:8000"


def blocks_of(page: str) -> list[str]:
    return BLOCK.findall((ROOT / page).read_text())


def test_the_lines_of_the_readme_run(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    (_, calls) = blocks_of("README.md")
    exec(calls.replace(FRONTDESK, service.url), {})
    assert capsys.readouterr().out.startswith('Response [200 OK] "GET /api/user"')


async def test_the_application_of_the_readme_greets(service: Service) -> None:
    (guarded, _) = blocks_of("README.md")
    names: dict[str, Any] = {}
    exec(guarded.replace(FRONTDESK, service.url), names)
    transport = httpx.ASGITransport(names["app"])
    async with httpx.AsyncClient(base_url="http://app.test", transport=transport) as app:
        greeted = await app.get("/hello", headers={"Cookie": service.cookie})
        assert greeted.json() == "Hello ada"
        refused = await app.get("/hello")
        assert (refused.status_code, refused.json()["detail"]["code"]) == (401, "not_signed_in")
        with signed_in_as("grace"):
            assert (await app.get("/hello")).json() == "Hello grace"
    await names["frontdesk"].aclose()


def test_the_guide_shows_what_the_examples_have() -> None:
    examples = "".join(path.read_text() for path in (ROOT / "examples").glob("*.py"))
    blocks = [each for each in blocks_of("docs/applications.md") if "signed_in_as" not in each]
    assert len(blocks) == 4
    assert [each for each in blocks if each.strip() not in examples] == []


def test_the_guide_shows_the_page_on_which_people_log_in() -> None:
    page = (ROOT / "docs/applications.md").read_text()
    folder = ROOT / "examples/sign_in"
    for language, name in (("html", "index.html"), ("js", "sign-in.js")):
        (shown,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
        assert shown in (folder / name).read_text()
