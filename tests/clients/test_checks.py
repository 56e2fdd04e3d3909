"""Asking who is calling: exact, over one pool, and nobody is let in by mistake."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from frontdesk_client.checks import AsyncChecks, Checks, Remembering
from frontdesk_client.credentials import Credentials
from frontdesk_client.errors import Unavailable
from frontdesk_client.models import SignedIn
from frontdesk_client.testing import signed_in_as

from tests.clients.conftest import Ill, Service, eventually
from tests.examples import PASSWORD

Ask = Callable[[str, Credentials | None], Any]
ONE, OTHER = Credentials("cookie", "sessionid=1"), Credentials("cookie", "sessionid=2")
SOMEBODY = (
    b'{"user": {"id": 1, "username": "ada", "roles": [], "metadata": {}, "new": 1}, "session":'
    b' {"id": 1, "created": "2026-01-31T12:00:00Z", "expires": "2036-01-31T12:00:00Z",'
    b' "fresh_until": "2026-01-31T12:00:00Z"}}'
)
JSON = {"Content-Type": "application/json"}


@pytest.fixture(params=["async", "sync"])
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Who is signed in there with these, for short."""

    def without_await(url: str, credentials: Credentials | None) -> SignedIn | None:
        checks = Checks(Remembering(url), timeout=1)
        try:
            return checks.signed_in(credentials)
        finally:
            checks.close()

    async def with_await(url: str, credentials: Credentials | None) -> SignedIn | None:
        async with AsyncChecks(Remembering(url), timeout=1) as checks:
            return await checks.signed_in(credentials)

    if request.param == "sync":
        yield without_await
    else:
        yield lambda url, credentials: asyncio.run(with_await(url, credentials))


def test_it_says_who_is_signed_in(service: Service, ask: Ask) -> None:
    cookie = Credentials("cookie", service.cookie)
    found = ask(service.url, cookie)
    assert (found.user.username, found.user.roles) == ("ada", ("admin",))
    assert found.user.metadata == {"plan": "pro"}
    assert found.session.expires > found.session.created
    assert ask(service.url, Credentials("cookie", "sessionid=made-up")) is None
    two = f"{cookie.value}; sessionid={'x' * 43}"
    assert ask(service.url, Credentials("cookie", two)) is None
    service.ada.log_out()
    assert ask(service.url, cookie) is None


def test_a_program_is_known_by_its_token(service: Service, ask: Ask) -> None:
    service.ada.log_in("ada", PASSWORD, cookie=False)
    found = ask(service.url, Credentials("authorization", f"Bearer {service.ada.token}"))
    assert found.user.username == "ada"


def test_who_brings_nothing_is_not_asked_about(ill: Ill, ask: Ask) -> None:
    assert ask(ill.url, None) is None
    assert ill.number == 0


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, b"<p>Welcome</p>", {"Content-Type": "text/html"}),
        (200, b"", {}),
        (200, b"{}", JSON),
        (200, b'{"user": {}, "session": {}}', JSON),
        (200, SOMEBODY.replace(b"1,", b'"1",'), JSON),
        (200, b"x" * 100_000, JSON),
        (200, b"\xff\xfe", JSON),
        (204, b"", {}),
        (302, b"", {"Location": "/login"}),
        (401, b"<p>Log in to this proxy</p>", {"Content-Type": "text/html"}),
        (401, b'{"code": "something_else"}', JSON),
        (403, b"", {}),
        (404, b"", {}),
        (429, b"", {}),
        (500, SOMEBODY, JSON),
        (502, b"<p>Bad gateway</p>", {}),
        (503, b'{"code": "busy"}', JSON),
    ],
)
def test_nonsense_lets_nobody_in(
    ill: Ill, ask: Ask, status: int, body: bytes, headers: dict[str, str]
) -> None:
    ill.status, ill.body, ill.headers = status, body, headers
    with pytest.raises(Unavailable):
        ask(ill.url, ONE)


def test_what_frontdesk_says_is_understood_also_when_it_says_more(ill: Ill, ask: Ask) -> None:
    ill.body, ill.headers = SOMEBODY, JSON
    assert ask(ill.url, ONE).user.username == "ada"
    ill.status, ill.body = 401, b'{"code": "not_signed_in", "detail": "Log in first."}'
    assert ask(ill.url, ONE) is None


def test_who_cannot_be_reached_or_is_slow_lets_nobody_in(ill: Ill, ask: Ask) -> None:
    with pytest.raises(Unavailable):
        ask("http://127.0.0.1:1", ONE)
    ill.body, ill.headers, ill.seconds = SOMEBODY, JSON, 15
    began = time.monotonic()
    with pytest.raises(Unavailable):
        ask(ill.url, ONE)
    assert time.monotonic() - began < 10


def test_a_cookie_that_is_set_is_not_sent_along_with_somebody_else(ill: Ill) -> None:
    ill.body = SOMEBODY
    ill.headers = JSON | {"Set-Cookie": "sessionid=of-somebody-else; Path=/"}

    async def ask() -> None:
        async with AsyncChecks(Remembering(ill.url)) as checks:
            for each in (ONE, OTHER, Credentials("authorization", "Bearer fds_x")):
                await checks.signed_in(each)

    asyncio.run(ask())
    assert [asked.get("cookie") for asked in ill.asked] == ["sessionid=1", "sessionid=2", None]


@pytest.fixture
async def checks(ill: Ill) -> AsyncIterator[AsyncChecks]:
    ill.body, ill.headers = SOMEBODY, JSON
    async with AsyncChecks(Remembering(ill.url), timeout=20) as checks:
        yield checks


async def test_checks_that_come_together_share_a_question_and_nobody_elses(
    ill: Ill, checks: AsyncChecks
) -> None:
    asked = [checks.signed_in(each) for each in (ONE, ONE, OTHER, ONE)]
    assert all(await asyncio.gather(*asked))
    assert sorted(each["cookie"] for each in ill.asked) == ["sessionid=1", "sessionid=2"]


async def test_a_check_never_shares_a_question_that_was_sent(ill: Ill, checks: AsyncChecks) -> None:
    ill.seconds = 0.5
    first = asyncio.create_task(checks.signed_in(ONE))
    await asyncio.to_thread(eventually, lambda: ill.number == 1)
    ill.status, ill.body = 401, b'{"code": "not_signed_in"}'  # logged out meanwhile
    second = asyncio.create_task(checks.signed_in(ONE))
    await first
    assert await second is None
    assert ill.number == 2


async def test_who_leaves_takes_no_answer_away(ill: Ill, checks: AsyncChecks) -> None:
    ill.seconds = 0.3
    leaving, staying = [asyncio.create_task(checks.signed_in(ONE)) for _ in range(2)]
    await asyncio.sleep(0)
    leaving.cancel()
    found = await staying
    assert found is not None
    assert ill.number == 1
    assert leaving.cancelled()


async def test_many_at_once_keep_to_one_pool(ill: Ill, checks: AsyncChecks) -> None:
    each = [Credentials("cookie", f"sessionid={number}") for number in range(200)]
    found = await asyncio.gather(*map(checks.signed_in, each))
    assert all(found)
    assert ill.number == 200


async def test_it_recovers_by_itself(ill: Ill, checks: AsyncChecks) -> None:
    assert await checks.signed_in(ONE)
    ill.status, ill.body = 500, b""
    with pytest.raises(Unavailable):
        await checks.signed_in(ONE)
    ill.status, ill.body = 200, SOMEBODY
    assert await checks.signed_in(ONE)


async def test_a_connection_that_was_closed_is_replaced(ill: Ill) -> None:
    ill.body, ill.headers = SOMEBODY, JSON
    failing = [httpx.RemoteProtocolError("closed"), httpx.ReadError("reset")]

    class Closing(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if failing:
                raise failing.pop()
            return await super().handle_async_request(request)

    async with AsyncChecks(Remembering(ill.url), transport=Closing) as checks:
        with pytest.raises(Unavailable):
            await checks.signed_in(ONE)
        failing.append(httpx.ReadError("reset"))
        assert await checks.signed_in(ONE)


@pytest.mark.parametrize("remember", [0, 30])
async def test_what_is_remembered_is_not_asked_again(ill: Ill, remember: float) -> None:
    ill.body, ill.headers = SOMEBODY, JSON
    async with AsyncChecks(Remembering(ill.url, remember=remember)) as checks:
        for _ in range(3):
            assert await checks.signed_in(ONE)
        ill.status, ill.body = 401, b'{"code": "not_signed_in"}'
        assert bool(await checks.signed_in(ONE)) is bool(remember)
        for _ in range(2):
            assert await checks.signed_in(OTHER) is None, "that nobody is, is not remembered"
    assert ill.number == (3 if remember else 6)


def test_with_the_events_it_is_forgotten_at_once(service: Service) -> None:
    key = service.root.create_token("guard", ["events.view"]).token
    shared = Remembering(service.url, remember=600, access_token=key)
    checks = Checks(shared)
    credentials = Credentials("cookie", service.cookie)
    try:

        def is_kept() -> bool:
            checks.signed_in(credentials)
            return shared.memory.get(credentials) is not None

        eventually(is_kept)
        service.ada.log_out()
        began = time.monotonic()
        eventually(lambda: checks.signed_in(credentials) is None)
        assert time.monotonic() - began < 10, "within a second, and ten times that here"
        service.ada.log_in("ada", PASSWORD)
        renewed = Credentials("cookie", service.cookie)
        credentials = renewed
        eventually(is_kept)
        service.root.set_roles(service.ada.me().id, 2, roles=[])

        def has_no_role() -> bool:
            found = checks.signed_in(renewed)
            return found is not None and found.user.roles == ()

        eventually(has_no_role)
    finally:
        checks.close()


def test_with_a_key_that_does_not_follow_nothing_is_remembered(service: Service) -> None:
    shared = Remembering(service.url, remember=600, access_token="fdk_" + "x" * 43)
    checks = Checks(shared)
    credentials = Credentials("cookie", service.cookie)
    try:
        assert checks.signed_in(credentials)
        time.sleep(0.3)
        assert checks.signed_in(credentials)
        service.ada.log_out()
        assert checks.signed_in(credentials) is None
    finally:
        checks.close()


async def test_in_tests_one_is_whoever_one_says(ill: Ill, checks: AsyncChecks) -> None:
    with signed_in_as("grace", roles=["admin"], user_id=7, metadata={"plan": "pro"}) as grace:
        found = await checks.signed_in(None)
        assert found is not None
        assert found.user == grace
        assert (found.user.id, found.user.has_role("admin")) == (7, True)
        with signed_in_as(None):
            assert await checks.signed_in(ONE) is None
        assert Checks(Remembering(ill.url)).signed_in(None)
    assert ill.number == 0
    assert await checks.signed_in(None) is None


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://127.0.0.1", "/frontdesk"])
def test_what_is_no_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="is no URL"):
        Remembering(url)


async def test_why_nobody_is_let_in_is_logged_now_and_then(
    ill: Ill, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncChecks(Remembering(ill.url)) as checks:
        for _ in range(3):
            with pytest.raises(Unavailable):
                await checks.signed_in(ONE)
    assert [each.getMessage() for each in caplog.records if each.name == "frontdesk_client"] == [
        "nobody with a session is let in: Frontdesk answers what nobody understands."
    ]


def test_another_event_loop_has_a_pool_of_its_own(ill: Ill) -> None:
    ill.body, ill.headers = SOMEBODY, JSON
    checks = AsyncChecks(Remembering(ill.url))
    for _ in range(2):

        async def ask() -> SignedIn | None:
            try:
                return await checks.signed_in(ONE)
            finally:
                await checks.aclose()

        assert asyncio.run(ask())
    assert ill.number == 2
