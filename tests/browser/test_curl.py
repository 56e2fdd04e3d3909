"""Copied commands: pasted into a shell they ask what was asked, and do nothing else."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page

PATHS = [
    "/%1b%5B201~%03%0atouch%20FILE%0a",
    "/[1-3]/{a,b}",
    "/a'b;touch${IFS}FILE'",
    "/$(touch%20FILE)`touch%20FILE`\\",
    "/a/../b/./c",
    "//double",
    "/***",
    "/%41%2541%FF",
    "/!!/~/@x",
]


def record(**changes: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"method": "GET", "path": "/", "query": "", "request_body": None}
    return {**plain, "request_headers": {}, **changes}


def command(page: Page, given: dict[str, Any], origin: str = "http://h") -> str:
    page.goto("/ops/login")
    script = """async ([record, origin]) => {
        const main = document.querySelector("script[type=module]").src;
        return (await import(main.replace("main.js", "curl.js"))).curl(record, origin);
    }"""
    return str(page.evaluate(script, [given, origin]))


@contextmanager
def listening(heard: list[tuple[str, str, dict[str, str], bytes]]) -> Iterator[str]:
    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            method, target, _ = self.rfile.readline().decode("latin-1").split(" ")
            fields: dict[str, str] = {}
            while line := self.rfile.readline().decode("latin-1").strip():
                name, _, value = line.partition(":")
                fields[name.lower()] = value.strip()
            body = self.rfile.read(int(fields.get("content-length", 0)))
            heard.append((method, target, fields, body))
            self.wfile.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def run(text: str, folder: Path) -> None:
    subprocess.run(["bash", "-c", text], cwd=folder, check=True, capture_output=True, timeout=30)
    assert list(folder.iterdir()) == [], "nothing else was done"


@pytest.mark.parametrize("path", PATHS)
def test_the_command_asks_for_the_path_as_it_came_once(
    page: Page, path: str, tmp_path: Path
) -> None:
    heard: list[tuple[str, str, dict[str, str], bytes]] = []
    query = "a=[1-2]&b={c,d}&e=%0a'$(touch FILE)"
    with listening(heard) as origin:
        text = command(page, record(path=path, query=query), origin)
        assert text.isprintable()
        run(text, tmp_path)
    assert [(method, target) for method, target, *_ in heard] == [
        ("GET", f"{path}?{query}".replace(" ", ""))
    ]


def test_method_header_fields_and_body_are_what_they_were(page: Page, tmp_path: Path) -> None:
    fields = {"x-note": "it's $HOME", "x-empty": "", "content-type": "application/json"}
    body = {"days": 7, "***": "***", "name": "it's \u007f\u009b\u202e"}
    heard: list[tuple[str, str, dict[str, str], bytes]] = []
    with listening(heard) as origin:
        for method in ("PUT", "HEAD"):
            given = record(method=method, request_headers=fields)
            if method == "PUT":
                given["request_body"] = body
            run(command(page, given, origin), tmp_path)
    (put, _, sent, arrived), (head, *_) = heard
    assert (put, head) == ("PUT", "HEAD")
    assert sent["x-note"] == "it's $HOME"
    assert sent["x-empty"] == ""
    assert b'"days":7' in arrived
    assert b"\\u007f\\u009b\\u202e" in arrived


@pytest.mark.parametrize(
    "value", ["a\x1b[201~\x03", "a\nb", "a\x7f", "a\x9b", "a\u202eb", "a\u2028b", "***", "x?***"]
)
def test_what_a_terminal_could_take_for_a_key_is_left_out(page: Page, value: str) -> None:
    text = command(page, record(request_headers={"x-a": value, "x-b": "kept", f"x{value}": "v"}))
    assert text.isprintable()
    assert "x-a" not in text
    assert "'x-b: kept'" in text
    assert "***" not in text


def test_a_path_with_control_characters_is_never_copied_as_it_is(page: Page) -> None:
    text = command(page, record(path="/\x1b[201~\x03\ntouch", query="\r\n\x9b", method="GET\n"))
    assert text == "curl --globoff --path-as-is -X 'GET' 'http://h/[201~touch?'"
