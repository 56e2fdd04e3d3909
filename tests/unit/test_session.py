from dataclasses import replace
from datetime import timedelta

import pytest

from domain.secrets import SessionToken
from domain.session import Session, SessionPolicy
from tests.examples import DAY, LAPTOP, MINUTE, NOON

SESSION = Session(1, 1, 1, NOON, NOON, NOON + 7 * DAY, LAPTOP)
POLICY = SessionPolicy()
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    "raw", ["", "x" * 42, "x" * 44, "x" * 42 + "=", "x" * 42 + "é", "x" * 43 + "\n"]
)
def test_anything_but_43_characters_of_base64url_is_no_token(raw: str) -> None:
    assert SessionToken.parse(raw) is None


def test_a_token_is_known_by_its_sha256_and_does_not_show_itself() -> None:
    token = SessionToken.parse("A" * 43)
    assert token is not None
    assert token.digest.hex().startswith("0f007385b6f9d4b7eeb27486")
    assert "AAA" not in repr(token)


def test_it_lives_for_seven_days_and_not_a_moment_longer() -> None:
    assert SESSION.is_live(NOON, POLICY)
    assert SESSION.is_live(NOON + 7 * DAY - SECOND, POLICY)
    assert not SESSION.is_live(NOON + 7 * DAY, POLICY)


def test_without_an_idle_limit_unused_sessions_live_on() -> None:
    assert SESSION.is_live(NOON + 6 * DAY, POLICY)


def test_with_an_idle_limit_unused_sessions_die() -> None:
    policy = SessionPolicy(idle=timedelta(hours=1))
    assert SESSION.is_live(NOON + 59 * MINUTE, policy)
    assert not SESSION.is_live(NOON + 60 * MINUTE, policy)
    used = replace(SESSION, last_seen_at=NOON + 30 * MINUTE)
    assert used.is_live(NOON + 60 * MINUTE, policy)


def test_a_session_made_under_a_clock_that_ran_ahead_ends_when_the_clock_is_set_right() -> None:
    assert SESSION.is_live(NOON - 30 * SECOND, POLICY), "clocks differ by moments"
    assert not SESSION.is_live(NOON - DAY, POLICY)


def test_it_is_fresh_for_ten_minutes() -> None:
    assert SESSION.is_fresh(NOON + 10 * MINUTE - SECOND, POLICY)
    assert not SESSION.is_fresh(NOON + 10 * MINUTE, POLICY)


def test_being_seen_is_worth_noting_every_five_minutes() -> None:
    assert not SESSION.is_worth_noting(NOON + 5 * MINUTE - SECOND, POLICY)
    assert SESSION.is_worth_noting(NOON + 5 * MINUTE, POLICY)
