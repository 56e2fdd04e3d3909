"""An operator's eight everyday jobs, by keyboard alone, in so many keys at most.

Every key that is pressed and every letter that is typed counts. The keys are those of `?`, and none
is made for one job.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.console import Console, of_settings, run_aside
from tests.client import Client, Response, connect
from tests.conftest import settings_in
from tests.examples import OTHER_PASSWORD, PASSWORD
from tests.operations.conftest import make_operator

ADDRESS, ELSEWHERE = "203.0.113.61", "198.51.100.7"
LISTED = {
    "Control+k": "Ctrl-K",
    "ArrowDown": "↓",
    "Space": "Space",
    "Shift+Space": "Shift-Space",
    "End": "End",
}
OF_EVERY_BROWSER = {"Tab", "Enter"}
"""From field to field, and what a form or a button does."""


@dataclass
class Keyboard:
    """Counts what is pressed."""

    console: Console
    pressed: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        for key in keys:
            assert key in LISTED.keys() | OF_EVERY_BROWSER
            self.pressed.append(key)
            self.console.page.keyboard.press(key)

    def type(self, text: str) -> None:
        for letter in text:
            self.pressed.append(letter)
            self.console.page.keyboard.type(letter)

    def choose(self, text: str, choice: str) -> None:
        """In the palette: type this, and take what comes first, or go down to what is meant."""
        self.press("Control+k")
        self.type(text)
        options = self.console.page.get_by_role("option")
        wanted = options.filter(has_text=re.compile(rf"^{re.escape(choice)}$"))
        expect(wanted.first).to_be_visible()
        while wanted.first.get_attribute("aria-selected") != "true":
            self.press("ArrowDown")
        self.press("Enter")

    def took_at_most(self, limit: int) -> None:
        print(f"{len(self.pressed)} keys of {limit}: {' '.join(self.pressed)}")
        assert len(self.pressed) <= limit, self.pressed

    def select_all_rows(self) -> None:
        """From the first to the last."""
        self.press("ArrowDown", "Space", "End", "Shift+Space")


@pytest.fixture
def desk(tmp_path: Path, browser: Browser) -> Iterator[Console]:
    """Behind a proxy, so that people can come from everywhere."""
    proxies = (ip_network("127.0.0.1"),)
    settings = settings_in(tmp_path, trusted_proxies=proxies, throttle="on")
    run_aside(lambda: make_operator(settings))
    yield from of_settings(settings, browser)


@pytest.fixture
def keyboard(desk: Console) -> Keyboard:
    return Keyboard(desk)


@dataclass
class Visitor:
    """Somebody at an address, as the proxy before the service says."""

    client: Client
    address: str = ELSEWHERE

    def ask(self, method: str, path: str, **body: str) -> Response:
        headers = {"X-Forwarded-For": self.address}
        return self.client.request(method, path, headers=headers, json=body or None)

    def sign_up(self, name: str) -> None:
        answer = self.ask("POST", "/api/user/signup", username=name, password=PASSWORD)
        assert answer.status == 200

    def log_in(self, name: str, password: str = PASSWORD) -> Response:
        return self.ask("POST", "/api/user/login", username=name, password=password)


@contextmanager
def visitor(desk: Console, address: str = ELSEWHERE) -> Iterator[Visitor]:
    with connect(desk.url) as client:
        yield Visitor(client, address)


def sign_up(desk: Console, *names: str, address: str = ELSEWHERE, sessions: int = 1) -> None:
    """They sign up from there, and have so many sessions."""
    for name in names:
        with visitor(desk, address) as somebody:
            somebody.sign_up(name)
            for _ in range(sessions - 1):
                assert Visitor(somebody.client.another(), address).log_in(name).status == 200


def rows(desk: Console) -> Locator:
    return desk.page.locator("tbody tr")


def test_a_why_somebody_cannot_log_in_and_letting_them_in(
    desk: Console, keyboard: Keyboard
) -> None:
    sign_up(desk, "farid", "fatima")
    with visitor(desk, ADDRESS) as farid:
        codes = [farid.log_in("farid", OTHER_PASSWORD).code for _ in range(11)]
        assert codes[-1] == "too_many_attempts"
        desk.recorded(13)
        desk.log_in()
        keyboard.choose("far", "User farid")
        expect(desk.page.locator(".badge.waits")).to_contain_text("has to wait until")
        timeline = desk.page.get_by_role("table", name="Timeline")
        expect(timeline.get_by_text("wrong password").first).to_be_visible()
        desk.shot("job-a")
        keyboard.choose("res", "Here Reset throttling")
        expect(desk.page.get_by_role("dialog")).to_contain_text(f"10 guesses from {ADDRESS}")
        keyboard.press("Enter")
        expect(desk.page.locator(".badge.active")).to_be_visible()
        expect(desk.page.locator(".badge.waits")).to_have_count(0)
        assert farid.log_in("farid").status == 200
    keyboard.took_at_most(12)


def test_b_twelve_sessions_of_one_address_are_ended(desk: Console, keyboard: Keyboard) -> None:
    sign_up(desk, "ada", "bob", "eve", address=ADDRESS, sessions=4)
    sign_up(desk, "grace")
    desk.log_in()
    keyboard.choose(ADDRESS, f"Sessions from {ADDRESS}")
    expect(rows(desk)).to_have_count(12)
    keyboard.select_all_rows()
    desk.shot("job-b")
    keyboard.choose("end", "Here End")
    expect(desk.page.get_by_role("dialog")).to_contain_text("End 12 sessions?")
    keyboard.press("Tab", "Enter")
    expect(desk.page.get_by_text("12 sessions ended.")).to_be_visible()
    expect(rows(desk)).to_have_count(0)
    keyboard.took_at_most(45)


def test_c_who_renamed_somebody_who_is_known_by_the_old_name(
    desk: Console, keyboard: Keyboard
) -> None:
    sign_up(desk, "oldname")
    with connect(desk.url) as root:
        assert root.log_in("root", PASSWORD).status == 200
        edit = {"version": 1, "username": "newname"}
        assert root.request("PATCH", "/api/ops/users/2", json=edit).status == 200
    desk.log_in()
    keyboard.choose("oldn", "Was oldname newname")
    expect(desk.page.get_by_role("heading", name="newname")).to_be_visible()
    renamed = desk.page.get_by_role("row", name=re.compile("renamed"))
    expect(renamed).to_contain_text("from oldname to newname")
    expect(renamed.get_by_role("link", name="root")).to_be_visible()
    expect(renamed.locator("time")).to_be_visible()
    keyboard.took_at_most(15)


def test_d_the_slowest_endpoint_and_what_failed_with_its_code(
    desk: Console, keyboard: Keyboard
) -> None:
    sign_up(desk, "ada")
    desk.log_in()
    with closing(sqlite3.connect(desk.settings.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with connect(desk.url) as client:
            assert client.sign_up("bob", PASSWORD).status == 503
    desk.recorded(2)
    keyboard.choose("by e", "Show By endpoint")
    endpoints = desk.page.get_by_role("table", name="Endpoints")
    expect(endpoints.get_by_role("columnheader", name="Slowest ↓")).to_be_visible()
    expect(rows(desk).first).to_contain_text("/api/user/signup")
    desk.shot("job-d")
    keyboard.choose("fail", "Show Failed")
    expect(desk.page.get_by_label("Time")).to_have_value("1h")
    expect(rows(desk)).to_have_count(1)
    expect(rows(desk)).to_contain_text("storage_unavailable")
    keyboard.took_at_most(20)


def test_e_a_token_for_monitoring_and_its_last_use(desk: Console, keyboard: Keyboard) -> None:
    desk.log_in()
    keyboard.choose("new t", "Do New token")
    keyboard.type("prom")
    keyboard.press("Tab", "Space")  # Monitoring
    expect(desk.page.get_by_label("metrics.view")).to_be_focused()
    expect(desk.page.get_by_role("checkbox", checked=True)).to_have_count(1)
    keyboard.press("Enter")
    key = desk.page.locator("code.secret").text_content()
    keyboard.press("Enter")
    with connect(desk.url) as program:
        headers = {"Authorization": f"Bearer {key}"}
        assert program.request("GET", "/api/ops/metrics", headers=headers).status == 200
    expect(rows(desk)).to_contain_text("prom")
    keyboard.choose("tok", "Go to Tokens")
    for _ in range(60):  # it is written some seconds later
        if rows(desk).locator("time").count() == 2:
            break
        desk.page.wait_for_timeout(500)
        desk.page.reload()
        expect(rows(desk)).to_have_count(1)
    expect(rows(desk).locator("time")).to_have_count(2)
    keyboard.took_at_most(25)


def test_f_spam_sign_ups_of_one_address_are_suspended(desk: Console, keyboard: Keyboard) -> None:
    sign_up(desk, *(f"spam-{number}" for number in range(22)), address=ADDRESS)
    sign_up(desk, "ada")
    desk.log_in()
    keyboard.choose(ADDRESS, f"Users signed up from {ADDRESS}")
    expect(rows(desk)).to_have_count(22)
    keyboard.select_all_rows()
    desk.shot("job-f")
    keyboard.choose("dis", "Here Disable")
    expect(desk.page.get_by_role("dialog")).to_contain_text("Disable 22 users?")
    keyboard.type("spam")
    keyboard.press("Enter")
    expect(desk.page.get_by_text("22 of 22 changed.")).to_be_visible()
    expect(desk.page.locator("tbody .badge.disabled")).to_have_count(22)
    keyboard.took_at_most(60)


def test_g_users_as_csv(desk: Console, keyboard: Keyboard) -> None:
    sign_up(desk, "ada")
    desk.log_in()
    keyboard.choose("us", "Go to Users")
    expect(rows(desk)).to_have_count(2)
    with desk.page.expect_download() as download:
        keyboard.choose("csv", "Here CSV")
    assert "ada" in Path(download.value.path()).read_text()
    keyboard.took_at_most(10)


def test_h_one_day_of_a_user_in_one_list(desk: Console, keyboard: Keyboard) -> None:
    with visitor(desk) as ada:
        ada.sign_up("ada")
        assert ada.ask("GET", "/api/user/sessions").status == 200
        assert ada.ask("DELETE", "/api/user/sessions/4711").status == 404
    with closing(sqlite3.connect(desk.settings.database)) as database, database:
        old = "INSERT INTO events (kind, at, user_id, address, user_agent, details) VALUES"
        database.execute(f"{old} ('renamed', 0, 2, '192.0.2.1', '', '{{}}')")
    desk.recorded(3)
    desk.log_in()
    keyboard.choose("ada", "User ada")
    timeline = desk.page.get_by_role("table", name="Timeline")
    expect(timeline.get_by_text("renamed")).to_be_visible()
    keyboard.choose("tod", "Here Today")
    expect(timeline.get_by_text("renamed")).to_have_count(0)
    expect(timeline.get_by_text("signed_up")).to_be_visible()
    refused = timeline.get_by_role("row", name=re.compile("404 DELETE"))
    expect(refused).to_contain_text("no_such_session")
    expect(timeline.get_by_text("/api/user/signup")).to_be_visible()
    times = timeline.locator("tbody time").evaluate_all("all => all.map(each => each.dateTime)")
    assert times == sorted(times, reverse=True)
    desk.shot("job-h")
    keyboard.took_at_most(20)


def test_the_keys_are_those_that_are_listed(desk: Console) -> None:
    desk.log_in()
    desk.page.keyboard.press("?")
    listed = desk.page.get_by_role("dialog").inner_text()
    assert [key for key in LISTED.values() if key not in listed] == []
