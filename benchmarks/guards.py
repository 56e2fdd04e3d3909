"""What a guarded request costs against an open one of the same framework, and how many pass after a
logout: `python -m benchmarks.guards`, or a part of `make bench`.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import httpx
from msgspec import Struct, structs

from benchmarks.guarded import FRAMEWORKS
from benchmarks.measures import reads
from benchmarks.targets import PASSWORD, Call, Server, Target, cheap, named, serving

REMEMBER = 5
PAGES = {"Starlette": "/guarded/"}
CALLERS = 4
WATCHED_SECONDS = REMEMBER + 2


class Guarded(Struct):
    """Requests a second of 32 connections: open, and guarded by how it remembers."""

    framework: str
    open: float
    exact: float
    remembering: float


class Passed(Struct):
    """How many requests, sent after the logout was answered, still got in, and for how long."""

    how: str
    asked: int
    passed: int
    seconds: float


def guards(frontdesk: Target, seconds: float, rounds: int) -> list[Guarded]:
    """Rounds are interleaved; medians of the rates."""
    return [_guarded(cheap(frontdesk), each, seconds, rounds) for each in FRAMEWORKS]


def _guarded(frontdesk: Target, framework: str, seconds: float, rounds: int) -> Guarded:
    with ExitStack() as stack:
        service = stack.enter_context(serving(frontdesk, users=1))
        exact = stack.enter_context(_application(service, framework))
        remembering = stack.enter_context(_application(service, framework, REMEMBER))
        page = PAGES.get(framework, "/guarded")
        rates: list[tuple[float, ...]] = []
        for _ in range(rounds):
            measured = ((exact, "/open"), (exact, page), (remembering, page))
            found = [reads(_at(server, path), seconds).rate for server, path in measured]
            rates.append(tuple(found))
        return Guarded(framework, *map(statistics.median, zip(*rates, strict=True)))


def passing(frontdesk: Target) -> list[Passed]:
    """Callers that ask without a pause, while the session they have is ended."""
    with serving(cheap(frontdesk), users=2) as service:
        key = _key(service)
        ways = {
            "remember=0": (0.0, "-"),
            f"remember={REMEMBER}": (REMEMBER, "-"),
            f"remember={REMEMBER}, with the events": (REMEMBER, key),
        }
        return [_passed(service, how, remember, key_) for how, (remember, key_) in ways.items()]


def _passed(service: Server, how: str, remember: float, key: str) -> Passed:
    with _application(service, "FastAPI", remember, key) as app:
        name, _, cookie = service.log_in(0).partition(": ")
        headers = {name: cookie}
        url = f"http://127.0.0.1:{app.port}/guarded"
        ended: list[float] = []

        def ask(_: int) -> list[tuple[float, bool]]:
            found, until = [], time.perf_counter() + 2 + WATCHED_SECONDS
            with httpx.Client() as client:
                while (sent := time.perf_counter()) < until:
                    answer = client.get(url, headers=headers)
                    found.append((sent, answer.status_code == 200))
            return found

        with ThreadPoolExecutor(CALLERS) as pool:
            asking = pool.map(ask, range(CALLERS))
            time.sleep(2)
            log_out = f"http://127.0.0.1:{service.port}/api/user/logout"
            httpx.post(log_out, headers=headers).raise_for_status()
            ended.append(time.perf_counter())
            after = [each for found in asking for each in found if each[0] > ended[0]]
        late = [sent - ended[0] for sent, is_let_in in after if is_let_in]
        return Passed(how, len(after), len(late), max(late, default=0.0))


def _key(service: Server) -> str:
    """Of an operator, for the events."""
    from frontdesk_client import Frontdesk

    with Frontdesk(f"http://127.0.0.1:{service.port}") as root:
        code = _set_up_code(service)
        root.set_up(code, "root", PASSWORD)
        made = root.create_token("guards", ["events.view"])
    if made.token is None:
        raise RuntimeError("no key was made")
    return made.token


def _set_up_code(service: Server) -> str:
    """From what it said at its start."""
    said = service.errors.read_text()
    return said.partition("/ops/set-up#")[2].split()[0].strip('",')


@contextmanager
def _application(
    service: Server, framework: str, remember: float = 0, key: str = "-"
) -> Iterator[Server]:
    url = f"http://127.0.0.1:{service.port}"
    serve = ["{python}", "-m", "benchmarks.guarded", framework, "{port}", url, str(remember), key]
    environment = {"PYTHONPATH": "clients/python/src"}
    target = Target(framework, serve, Call("/open", "GET"), environment=environment)
    with serving(target) as server:
        server.credential = service.credential
        yield server


def _at(server: Server, path: str) -> Server:
    target = structs.replace(server.target, read=Call(path, "GET"))
    return replace(server, target=target)


def table_of(found: list[Guarded], passed: list[Passed]) -> str:
    """Both, as Markdown."""
    lines = [
        f"| framework | open, a second | guarded | `remember={REMEMBER}` |",
        "|---|---|---|---|",
        *(
            f"| {each.framework} | {each.open:,.0f} | {each.exact:,.0f}"
            f" ({each.exact / each.open:.2f}) | {each.remembering:,.0f}"
            f" ({each.remembering / each.open:.2f}) |"
            for each in found
        ),
        "",
        "| after a logout | asked | let in | the last after |",
        "|---|---|---|---|",
        *(
            f"| {each.how} | {each.asked:,} | {each.passed:,} | {each.seconds:.2f} s |"
            for each in passed
        ),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.guards", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4)
    given = parser.parse_args()
    frontdesk = named("frontdesk")
    print(table_of(guards(frontdesk, given.seconds, given.rounds), passing(frontdesk)))
