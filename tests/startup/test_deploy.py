"""What `deploy/` has, and the installation that docs/operations.md describes."""

import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from entrypoints.settings import NAMES
from tests.startup.django_project import PASSWORD as DJANGO_PASSWORD
from tests.startup.django_project import SCHEMES
from tests.startup.processes import ROOT, free_port

DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "frontdesk.service"
USER, GROUP = "nobody", "nogroup"
PASSWORD = "a quiet harbour at dawn"
EXPOSURE_MAX = 2.0


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            if os.environ.get("CI"):
                pytest.fail(f"CI needs {program}")
            pytest.skip(f"{program} is not installed")


def settings_named_in(text: str) -> set[str]:
    return set(re.findall(r"\bFRONTDESK_[A-Z_]+\b", text))


KNOWN = {*NAMES, *(f"{name}_FILE" for name in NAMES), "FRONTDESK_HOST"}


UNITS = sorted(DEPLOY.glob("frontdesk*.service")) + sorted(DEPLOY.glob("*.timer"))


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "frontdesk.service", "Caddyfile"])
def test_every_setting_that_is_named_is_one(name: str) -> None:
    assert settings_named_in((DEPLOY / name).read_text()) <= KNOWN


def test_the_units_are_some() -> None:
    needs("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        for each in UNITS:
            text = each.read_text().replace("/opt/frontdesk/bin/frontdesk", "/bin/true")
            (Path(folder) / each.name).write_text(text)
        for each in UNITS:
            verified = subprocess.run(
                ["systemd-analyze", "verify", str(Path(folder) / each.name)],
                capture_output=True,
                text=True,
                check=False,
            )
            said = [line for line in verified.stderr.splitlines() if each.name in line]
            assert (verified.returncode, said) == (0, [])


@pytest.mark.parametrize("unit", sorted(DEPLOY.glob("frontdesk*.service")), ids=lambda it: it.name)
def test_a_unit_keeps_the_service_in(unit: Path) -> None:
    needs("systemd-analyze")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", judged)
    assert exposure, judged
    assert float(exposure[1]) <= EXPOSURE_MAX


def test_the_image_copies_what_there_is_and_runs_as_nobody_special() -> None:
    text = re.sub(r"\\\n", " ", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    known = r"FROM|COPY|RUN|WORKDIR|ENV|USER|VOLUME|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD"
    assert all(re.match(rf"({known}) ", line) for line in lines)
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _ = line.split()[1:]
            assert all((ROOT / each).exists() and f"!{each}" in allowed for each in sources)
    last = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER 10001" in last
    assert any(line.startswith("HEALTHCHECK ") for line in last)
    assert sum("requirements.lock" in line for line in lines) == 2
    assert any("--require-hashes" in line for line in lines)


def test_the_nodes_of_compose_are_alike_and_cannot_write() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    nodes = [compose["services"][f"frontdesk-{number}"] for number in (1, 2)]
    for node in nodes:
        assert node["read_only"] is True
        assert node["cap_drop"] == ["ALL"]
        assert node["environment"]["FRONTDESK_PROFILE"] == "hardened"
        proxy = compose["services"]["caddy"]["networks"]["inside"]["ipv4_address"]
        assert node["environment"]["FRONTDESK_TRUSTED_PROXIES"] == proxy
    names = [node["environment"].pop("FRONTDESK_NODE") for node in nodes]
    assert names == ["frontdesk-1", "frontdesk-2"]
    assert nodes[0]["environment"] == nodes[1]["environment"]
    volumes = {volume.partition(":")[0] for node in nodes for volume in node["volumes"]}
    assert volumes <= set(compose["volumes"])
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
    caddyfile = (DEPLOY / "Caddyfile").read_text()
    assert all(f"{name}:8000" in caddyfile for name in names)


def test_the_file_of_caddy_is_one() -> None:
    needs("caddy")
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "HOME": folder, "FRONTDESK_HOST": "accounts.example.com"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr


def blocks() -> list[str]:
    """The commands of docs/operations.md, from the installation to the upgrade."""
    text = (ROOT / "docs" / "operations.md").read_text()
    install = text.partition("## Install it on a server")[2].partition("\n## Start")[0]
    return re.findall(r"```sh\n(.*?)```", install, re.DOTALL)


@dataclass
class Server:
    """A machine of its own: folders in place of /opt, /etc and /var/lib, a user who is there."""

    folder: Path
    port: int
    https: int

    def here(self, text: str) -> str:
        """The same commands, in these folders."""
        for name in (
            "/opt/frontdesk",
            "/etc/frontdesk",
            "/var/lib/frontdesk",
            "/etc/caddy",
            "/srv",
            "/usr/local/sbin",
            "/var/backups",
        ):
            text = text.replace(name, f"{self.folder}{name}")
        text = text.replace("-o frontdesk -g frontdesk", f"-o {USER} -g {GROUP}")
        text = text.replace("-o root -g frontdesk", f"-o root -g {GROUP}")
        text = text.replace("runuser -u frontdesk", f"runuser -u {USER}")
        text = text.replace("https://accounts.example.com", f"https://localhost:{self.https}")
        return text.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")

    def run(self, script: str, stdin: str = "", status: int = 0) -> str:
        """These lines of the document, after the others: its `frontdesk` comes first in PATH."""
        done = subprocess.run(
            ["bash", "-euc", self.here(script)],
            cwd=self.folder / "checkout",
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env={
                "PATH": f"{self.folder}/usr/local/sbin:{os.environ['PATH']}",
                "HOME": str(self.folder),
            },
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def server() -> Iterator[Server]:
    needs("caddy", "runuser")
    if os.getuid():
        if os.environ.get("CI"):
            pytest.fail("CI needs root, to install for another user")
        pytest.skip("installing for another user needs root")
    # Not below the tests' own folder, which is root's alone.
    folder = Path(tempfile.mkdtemp(prefix="frontdesk-deploy-"))
    folder.chmod(0o755)
    checkout = folder / "checkout"
    for each in ("domain", "application", "adapters", "entrypoints", "deploy"):
        shutil.copytree(ROOT / each, checkout / each)
    for each in ("pyproject.toml", "README.md", "LICENSE", "app.py", "requirements.lock"):
        shutil.copy(ROOT / each, checkout)
    for each in ("etc/caddy", "var/lib", "var/backups", "usr/local/sbin", "opt", "home"):
        (folder / each).mkdir(parents=True)
    shutil.chown(folder / "home", USER, GROUP)
    yield Server(folder, free_port(), free_port())
    shutil.rmtree(folder)


@pytest.mark.timeout(600)
def test_it_is_installed_as_the_document_says(server: Server) -> None:
    install, configure, script, adopt, operate, unit, caddy, look, backup, restore, upgrade = (
        blocks()
    )
    server.run(re.sub(r"useradd .*\n", "", install))
    server.run(configure)
    server.run(script)
    _moved_in(server, adopt)
    assert operate == "frontdesk users create root --operator\n"
    server.run(f"{operate.strip()} --password-stdin", stdin=PASSWORD)
    assert "systemctl enable --now frontdesk" in unit
    exec_start = re.search(r"ExecStart=(.*)", UNIT.read_text())
    assert exec_start
    serve = server.here(exec_start[1]).replace("--port 8000", f"--port {server.port}")
    settings = (server.folder / "etc/frontdesk/frontdesk.env").read_text().splitlines()
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/bin",
        **dict(line.split("=", 1) for line in settings),
    }
    caddy_file = server.folder / "etc/caddy/Caddyfile"
    server.run(caddy.replace("systemctl reload caddy\n", ""))
    text = caddy_file.read_text().replace(
        "accounts.example.com {", f"localhost:{server.https} {{\n    tls internal"
    )
    options = "{\n    admin off\n    auto_https disable_redirects\n    skip_install_trust\n}\n"
    caddy_file.write_text(options + text)
    home = server.folder / "home"
    with ExitStack() as stack:
        as_user = ["runuser", "-u", USER, "--"]
        service = _process(stack, [*as_user, *serve.split()], environment, server.folder)
        _process(
            stack,
            [*as_user, "caddy", "run", "--config", str(caddy_file), "--adapter", "caddyfile"],
            {"PATH": os.environ["PATH"], "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)},
            server.folder,
        )
        root_certificate = home / "caddy/pki/authorities/local/root.crt"
        url = f"https://localhost:{server.https}"
        client = _client(stack, url, root_certificate)
        assert service.poll() is None
        _log_in_as_before(client)
        answer = client.post("/api/user/signup", json={"username": "ada", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        assert answer.headers["set-cookie"].startswith("__Host-")
        assert client.get("/api/user").json()["username"] == "ada"
        body = {"username": "root", "password": PASSWORD}
        assert client.post("/api/user/login", json=body).status_code == 200
        assert client.get("/api/ops/me", headers={"Origin": url}).status_code == 200
        said = server.run(look)
        assert "error" not in said
        assert re.search(r"ok +client address", said)
        assert re.search(r"ok +cookie", said)
        assert "has everything" in server.run(backup)
        restored = server.run(restore)
        assert "is as it was at" in restored
        assert re.search(r"^users +14$", restored, re.MULTILINE)
        upgraded = server.run(upgrade.replace("systemctl restart frontdesk\n", ""))
        assert "error" not in upgraded
    kept = [
        path
        for top in ("lib/frontdesk", "backups/frontdesk")
        for path in (server.folder / "var" / top).rglob("*")
    ]
    assert {path.owner() for path in kept} == {USER}


def _moved_in(server: Server, adopt: str) -> None:
    """The users of a Django project."""
    project = server.folder / "srv/app/db.sqlite3"
    project.parent.mkdir(parents=True)
    make = [sys.executable, "-m", "tests.startup.django_project", str(project)]
    subprocess.run(make, cwd=ROOT, check=True)
    rehearsal, move = adopt.splitlines()
    said = server.run(rehearsal)
    assert "This was a rehearsal" in said
    assert "12 accounts" in said
    assert "Ids: 12 stay, 0 are new." in server.run(move)


def _log_in_as_before(client: httpx.Client) -> None:
    for name in SCHEMES:
        body = {"username": name, "password": DJANGO_PASSWORD}
        assert client.post("/api/user/login", json=body).status_code == 200
        assert client.post("/api/user/logout").status_code == 200
    client.cookies.clear()


def _process(
    stack: ExitStack, command: list[str], environment: dict[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    log = stack.enter_context((folder / f"{Path(command[4]).name}.log").open("wb"))
    process = subprocess.Popen(
        command, env=environment, cwd="/", stdout=log, stderr=log, start_new_session=True
    )

    def stop() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(60) in (0, -signal.SIGTERM, 128 + signal.SIGTERM)

    stack.callback(stop)
    return process


def _client(stack: ExitStack, url: str, certificate: Path) -> httpx.Client:
    """As soon as it answers, by the certificate that the proxy made."""
    for _ in range(600):
        if certificate.exists():
            trust = ssl.create_default_context(cafile=str(certificate))
            with suppress(httpx.HTTPError):
                if httpx.get(f"{url}/healthz", verify=trust).status_code == 200:
                    client = httpx.Client(base_url=url, verify=trust, headers={"Origin": url})
                    return stack.enter_context(client)
        time.sleep(0.1)
    pytest.fail("there was no answer")
