"""Clock, tokens, pseudonyms and the key behind them."""

import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.passwords.common_passwords import common_passwords
from adapters.signing.key_file import KeyFile
from adapters.signing.pseudonyms import HmacPseudonyms
from adapters.system import SteadyClock, SystemClock, SystemSecrets
from domain.secrets import SessionToken
from domain.user import Username
from tests.examples import DAY, MINUTE
from tests.fakes.system import FakeClock


def test_the_clock_tells_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_tokens_have_the_right_shape_and_differ() -> None:
    tokens = {SystemSecrets().new(SessionToken).value for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(SessionToken.parse(token) for token in tokens)


def test_a_pseudonym_is_the_same_for_every_spelling_and_depends_on_the_key() -> None:
    one, other = HmacPseudonyms(lambda: b"k" * 32), HmacPseudonyms(lambda: b"K" * 32)
    assert one.of(Username("Ada")) == one.of(Username("ADA"))
    assert one.of(Username("ada")) != one.of(Username("bob"))
    assert one.of(Username("ada")) != other.of(Username("ada"))
    assert len(one.of(Username("\ud800"))) == 32


def _make(path: Path) -> bytes:
    file = KeyFile(path)
    file.make()
    return file.key


def test_of_many_processes_one_makes_the_key(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        keys = set(pool.map(_make, [path] * 20))
    assert len(keys) == 1
    assert [len(key) for key in keys] == [43]
    assert all(key.isascii() for key in keys)
    assert [each.name for each in tmp_path.iterdir()] == ["secret.key"]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("password", ["password", "iloveyou", "qwertyuiop", "12345678"])
def test_what_everybody_tries_first_is_known(password: str) -> None:
    assert password in common_passwords()
    assert all(each == each.lower() for each in common_passwords())


class Clocks:
    """One that can be set, and one that cannot."""

    def __init__(self) -> None:
        self.clock, self.seconds = FakeClock(), 1_000.0

    def pass_(self, time: timedelta) -> None:
        self.clock.advance(time)
        self.seconds += time.total_seconds()


def test_nothing_is_removed_in_the_first_hour() -> None:
    clocks = Clocks()
    watch = SteadyClock(clocks.clock, monotonic=lambda: clocks.seconds)
    assert not watch.is_steady()
    clocks.pass_(59 * MINUTE)
    assert not watch.is_steady()
    clocks.pass_(MINUTE)
    assert watch.is_steady()


@pytest.mark.parametrize("jump", [DAY * 370, -DAY, 5 * MINUTE, -5 * MINUTE])
def test_nothing_is_removed_within_an_hour_of_a_jump(jump: timedelta) -> None:
    clocks = Clocks()
    watch = SteadyClock(clocks.clock, monotonic=lambda: clocks.seconds)
    clocks.pass_(DAY)
    assert watch.is_steady()
    clocks.clock.advance(jump)
    assert not watch.is_steady()
    clocks.pass_(59 * MINUTE)
    clocks.clock.advance(-jump)
    assert not watch.is_steady(), "back again is a jump, too"
    clocks.pass_(60 * MINUTE)
    assert watch.is_steady()


def test_a_clock_that_is_adjusted_a_little_stays_steady() -> None:
    clocks = Clocks()
    watch = SteadyClock(clocks.clock, monotonic=lambda: clocks.seconds)
    clocks.pass_(DAY)
    clocks.clock.advance(4 * MINUTE)
    assert watch.is_steady()


@pytest.mark.parametrize("size", [0, 1, 31])
def test_a_key_that_is_cut_off_is_refused(tmp_path: Path, size: int) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(b"k" * size)
    with pytest.raises(ValueError, match="fewer than 32 bytes"):
        KeyFile(path).check()


def test_a_key_of_ours_is_good(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "secret.key")
    file.make()
    file.check()
