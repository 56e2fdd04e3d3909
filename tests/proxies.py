"""Reverse proxies for tests: processes of our own, on free ports of loopback."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.postgresql import free_port

ROOT = Path(__file__).parents[1]

_NGINX = """
{user}
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {sites}
}}
"""
_NODES = """
    upstream nodes {{
        {servers}
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://nodes;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_next_upstream error timeout;
        }}
    }}
"""


def demand(program: str) -> None:
    """Skip the test where it is not installed; in CI that is a failure."""
    if shutil.which(program):
        return
    missing = f"{program} is not installed; its tests need: apt-get install {program}"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@contextmanager
def nginx_before(urls: Sequence[str]) -> Iterator[str]:
    """One nginx before these nodes, which take turns; where it is."""
    servers = "\n".join(
        f"server {urlsplit(url).netloc} max_fails=1 fail_timeout=5s;" for url in urls
    )
    port = free_port()
    with _nginx(_NODES.format(port=port, servers=servers), port) as url:
        yield url


@contextmanager
def example(name: str, *, frontdesk: str, application: str) -> Iterator[str]:
    """A file of `deploy/proxies` at work, between addresses of our own; where it is."""
    port = free_port()
    addresses = {"8000": frontdesk, "9000": application, "8080": f"http://127.0.0.1:{port}"}
    text = (ROOT / "deploy/proxies" / name).read_text()
    for known, url in addresses.items():
        assert f"127.0.0.1:{known}" in text
        text = text.replace(f"127.0.0.1:{known}", urlsplit(url).netloc)
    running = {"nginx.conf": _nginx, "Caddyfile": _caddy}[name]
    with running(text, port) as url:
        yield url


@contextmanager
def _nginx(sites: str, port: int) -> Iterator[str]:
    demand("nginx")
    with tempfile.TemporaryDirectory(prefix="frontdesk-nginx-") as name:
        folder = Path(name)
        config = folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(_NGINX.format(folder=folder, sites=sites, user=user))
        command = ["nginx", "-p", str(folder), "-c", str(config), "-e", str(folder / "error.log")]
        with _running(command, port, dict(os.environ)) as url:
            yield url


@contextmanager
def _caddy(sites: str, port: int) -> Iterator[str]:
    demand("caddy")
    with tempfile.TemporaryDirectory(prefix="frontdesk-caddy-") as name:
        config = Path(name) / "Caddyfile"
        config.write_text("{\n\tadmin off\n}\n" + sites)
        command = ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]
        # It keeps what it makes under these.
        places = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), name)
        with _running(command, port, {**os.environ, **places}) as url:
            yield url


@contextmanager
def _running(command: Sequence[str], port: int, environment: dict[str, str]) -> Iterator[str]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _wait_for(url: str) -> None:
    transport = httpx.HTTPTransport(retries=10)
    with httpx.Client(transport=transport) as client:
        client.get(f"{url}/healthz")
