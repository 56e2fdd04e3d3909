"""The applications of `examples/`, each as a process of its own beside a Frontdesk."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from frontdesk_client import Frontdesk

from entrypoints.web_app import create_app
from tests.clients.conftest import Service, eventually
from tests.conftest import serving, settings_in
from tests.examples import PASSWORD
from tests.startup.processes import ROOT, free_port

EXAMPLES = ROOT / "examples"
UVICORN = [sys.executable, "-m", "uvicorn", "--no-access-log", "--port", "{port}"]
APPLICATIONS = {
    "FastAPI": [*UVICORN, "fastapi_app:app"],
    "Litestar": [*UVICORN, "litestar_app:app"],
    "Starlette": [*UVICORN, "starlette_app:app"],
    "Django, ASGI": [*UVICORN, "django_app:app"],
    "Django, WSGI": [sys.executable, "django_app.py", "runserver", "--noreload", "{port}"],
}


@contextmanager
def application(command: list[str], folder: Path, url: str) -> Iterator[httpx.Client]:
    """A client of an example that asks the Frontdesk at this URL."""
    port, log = free_port(), folder / "application.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=EXAMPLES,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT / "clients" / "python" / "src"),
                "FRONTDESK_URL": url,
            },
            stdout=output,
            stderr=output,
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:

            def is_up() -> bool:
                assert process.poll() is None, log.read_text()
                try:
                    return client.get("/nowhere").status_code >= 200
                except httpx.TransportError:
                    return False

            eventually(is_up, seconds=60)
            yield client
    finally:
        process.terminate()
        process.wait(20)
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("name", APPLICATIONS)
def test_who_is_signed_in_is_greeted_and_after_logout_refused(
    name: str, service: Service, tmp_path: Path
) -> None:
    cookie = {"Cookie": f"theme=dark; {service.cookie}"}
    with (
        application(APPLICATIONS[name], tmp_path, service.url) as app,
        service.ada.another() as bob,
    ):
        assert app.get("/").status_code == 200
        for path in ("/hello", "/admin"):
            refused = app.get(path)
            assert refused.status_code == 401
        assert "Hello ada" in app.get("/hello", headers=cookie).text
        assert "Only for admins" in app.get("/admin", headers=cookie).text
        bob.sign_up("bob", PASSWORD, cookie=False)
        token = {"Authorization": f"Bearer {bob.token}"}
        assert "Hello bob" in app.get("/hello", headers=token).text
        assert "Hello bob" in app.get("/hello", headers=token | cookie).text
        assert app.get("/admin", headers=token).status_code == 403
        assert app.get(f"/hello?access_token={bob.token}").status_code == 401
        forged = {"Remote-User": "ada", "Remote-Roles": "admin", "X-User": "ada"}
        assert app.get("/hello", headers=forged).status_code == 401
        if name.startswith("Django"):
            assert "Hello ada" in app.get("/hello-async", headers=cookie).text
            assert app.get("/hello-async").status_code == 401
        service.ada.log_out()
        for path in ("/hello", "/admin"):
            assert app.get(path, headers=cookie).status_code == 401


@pytest.mark.parametrize("name", APPLICATIONS)
def test_while_frontdesk_is_away_nobody_is_let_in_and_then_all_is_well(
    name: str, tmp_path: Path
) -> None:
    app_of = create_app
    settings, port = settings_in(tmp_path), 0
    with serving(app_of(settings, record=lambda _: None)) as url, Frontdesk(url) as ada:
        ada.sign_up("ada", PASSWORD)
        cookie = {"Cookie": f"sessionid={ada.cookies['sessionid']}"}
        port = int(url.rpartition(":")[2])
        stack = application(APPLICATIONS[name], tmp_path, url)
        app = stack.__enter__()
        assert app.get("/hello", headers=cookie).status_code == 200
    try:
        away = app.get("/hello", headers=cookie)
        assert away.status_code == 503
        assert away.headers["retry-after"] == "1"
        assert app.get("/hello").status_code == 401, "who brings nothing need not be asked about"
        with serving(app_of(settings, record=lambda _: None), port=port):
            assert app.get("/hello", headers=cookie).status_code == 200
    finally:
        stack.__exit__(None, None, None)


def test_a_program_logs_in_and_out(service: Service) -> None:
    def run(password: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "program.py", "ada"],
            cwd=EXAMPLES,
            env={
                "PYTHONPATH": str(ROOT / "clients" / "python" / "src"),
                "FRONTDESK_URL": service.url,
                "PASSWORD": password,
            },
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )

    assert run(PASSWORD).stdout == "I am ada.\n"
    wrong = run("wrong password")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("invalid_credentials: ")
    assert len(service.ada.sessions()) == 1


@pytest.mark.parametrize("trusted", [True, False])
def test_a_backend_for_a_frontend_speaks_for_its_callers(tmp_path: Path, trusted: bool) -> None:
    """As one whom nobody trusts, its callers are all at one address, and wait for each other."""
    proxies = (ip_network("127.0.0.1"),) if trusted else ()
    settings = settings_in(tmp_path, trusted_proxies=proxies)
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with (
        serving(create_app(settings, record=lambda _: None)) as url,
        Frontdesk(url) as ada,
        application([*UVICORN, "backend_for_frontend:app"], tmp_path, url) as own,
        httpx.Client(base_url=own.base_url, transport=elsewhere, timeout=60) as app,
    ):
        ada.sign_up("ada", PASSWORD)
        assert app.get("/me").status_code == 401
        entered = app.post("/log-in", json={"username": "ada", "password": PASSWORD})
        assert entered.status_code == 303
        assert app.get("/me").json() == {"hello": "ada"}
        wrong = app.post("/log-in", json={"username": "ada", "password": "wrong password"})
        assert (wrong.status_code, wrong.json()) == (403, {"code": "invalid_credentials"})
        of_app, of_ada = [each.address for each in ada.sessions()]
        assert (of_app, of_ada) == ("127.0.0.2" if trusted else "127.0.0.1", "127.0.0.1")


def test_a_page_of_a_sister_site_says_hello(tmp_path: Path) -> None:
    """Without a browser: what it asks, from where, and what it may read."""
    page = "http://app.example.test"
    settings = settings_in(
        tmp_path,
        public_origin="http://accounts.example.test",
        cookie_domain="example.test",
        trusted_origins=(page,),
    )
    host = {"Host": "accounts.example.test"}
    with serving(create_app(settings, record=lambda _: None)) as url, httpx.Client() as browser:
        signed_up = browser.post(
            f"{url}/api/user/signup",
            json={"username": "ada", "password": PASSWORD},
            headers=host,
        )
        cookie = signed_up.headers["set-cookie"]
        assert "Domain=example.test" in cookie
        asked = browser.get(
            f"{url}/api/session",
            headers=host | {"Origin": page, "Cookie": cookie.partition(";")[0]},
        )
        assert asked.json()["user"]["username"] == "ada"
        assert asked.headers["access-control-allow-origin"] == page
        assert asked.headers["access-control-allow-credentials"] == "true"


def test_every_example_is_named_in_the_guide() -> None:
    guide = (ROOT / "docs/applications.md").read_text()
    names = [
        path.name for path in EXAMPLES.iterdir() if path.name not in {"README.md", "__pycache__"}
    ]
    assert names
    assert [name for name in names if f"examples/{name}" not in guide] == []
