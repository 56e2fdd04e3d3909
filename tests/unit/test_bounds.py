"""Where something ends, and what is next to it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from application.operations.queries import Comparison, Condition
from domain.batch import Disable
from domain.buckets import Bucket, reserve_all, succeed_all
from domain.errors import (
    FreshLoginRequired,
    Invalid,
    InvalidPassword,
    ScopeMissing,
    SignUpClosed,
    TooManyAttempts,
)
from domain.events import EventKind
from domain.invitation import SignUpMode
from domain.operator import Scope, parse_reason, parse_token_name
from domain.password import PASSWORD_MAX_BYTES, Password, PasswordPolicy
from domain.secrets import InvitationCode, hide_secrets
from domain.throttle import Attempt, Limit
from tests.examples import DAY, LAPTOP, MINUTE, NOON, OTHER_PASSWORD, PASSWORD, PHONE
from tests.fakes.traffic import FakeRequestLog, FakeTables
from tests.unit.conftest import Desk
from tests.unit.invitations import invited
from tests.unit.operators import at_work, became_operator, key_of, with_key

LIMIT = Limit(attempts=3, window=10 * MINUTE)
SECOND = timedelta(seconds=1)


def test_a_window_is_over_when_it_is_as_long_as_is_said() -> None:
    used = Bucket(NOON, attempts=2)
    assert used.reserve(LIMIT, NOON + LIMIT.window) == Bucket(NOON + LIMIT.window, attempts=1)
    assert used.reserve(LIMIT, NOON + LIMIT.window - SECOND).attempts == 3


def test_who_has_to_wait_for_less_than_a_second_is_told_one() -> None:
    waiting = Bucket(NOON, attempts=3, waits=1, waits_until=NOON + MINUTE)
    with pytest.raises(TooManyAttempts) as refusal:
        waiting.reserve(LIMIT, NOON + MINUTE - SECOND / 10)
    assert refusal.value.retry_after == 1


def test_a_bucket_of_the_future_begins_now() -> None:
    assert Bucket(NOON + DAY, 2).after_clock_change(LIMIT, NOON) == Bucket(NOON, 2)


@pytest.mark.parametrize(
    "bucket",
    [
        Bucket(NOON, 3, 1, NOON + SECOND),
        Bucket(NOON - MINUTE, 3, 1, NOON + LIMIT.longest_wait),
        Bucket(NOON - MINUTE, 2),
    ],
)
def test_a_bucket_of_the_past_stays_as_it_is(bucket: Bucket) -> None:
    assert bucket.after_clock_change(LIMIT, NOON) is bucket


def test_a_wait_of_the_future_is_as_long_from_now_on() -> None:
    ahead = Bucket(NOON + DAY, 3, 1, NOON + DAY + 5 * MINUTE)
    assert ahead.after_clock_change(LIMIT, NOON) == Bucket(NOON, 3, 1, NOON + 5 * MINUTE)


def test_what_is_taken_back_is_one_attempt_and_its_wait() -> None:
    assert Bucket(NOON, 2).refund() == Bucket(NOON, 1)
    assert Bucket(NOON, 4, 2, NOON + MINUTE).refund() == Bucket(NOON, 3, 1)
    assert Bucket(NOON, 3, 1, NOON + MINUTE).refund() == Bucket(NOON, 2, 0)
    assert Bucket(NOON).refund() == Bucket(NOON)


def test_a_refusal_changes_nothing_but_what_the_clock_has_changed() -> None:
    waiting = Bucket(NOON, 3, 1, NOON + MINUTE)
    attempts = [Attempt("a", LIMIT), Attempt("b", LIMIT)]
    assert reserve_all(attempts, {"a": waiting}, NOON).buckets == {}
    known = {"a": waiting, "b": Bucket(NOON + DAY, 1)}
    assert reserve_all(attempts, known, NOON).buckets == {"b": Bucket(NOON, 1)}


def test_before_the_first_failure_there_were_none() -> None:
    attempt = Attempt("a", LIMIT)
    assert succeed_all([], attempt, [], {}, NOON).failures == 0
    assert succeed_all([], attempt, [], {"a": Bucket(NOON, 2)}, NOON).failures == 2


def test_a_password_of_half_characters_is_bytes_as_any_other() -> None:
    half = Password("\ud83d")
    assert half.as_typed() == half.to_bytes() == b"\xed\xa0\xbd"


@pytest.mark.parametrize(("bytes_", "composed"), [(0, True), (1, False)])
def test_a_password_is_composed_as_long_as_it_may_fit(bytes_: int, composed: bool) -> None:
    e_acute = "e\u0301"  # three bytes, and two when composed
    text = e_acute * PASSWORD_MAX_BYTES + "x" * bytes_
    assert (len(Password(text).to_bytes()) < len(text.encode())) == composed


def test_a_long_password_may_be_a_common_one() -> None:
    policy = PasswordPolicy(long_enough=8, common=frozenset({"password", "passwor"}))
    assert policy.parse("password")
    with pytest.raises(InvalidPassword) as refusal:
        policy.parse("passwor")
    assert str(refusal.value) == (
        "The password is one that everybody tries first; choose another, or a longer one."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12345", "The password is too short; use at least 6 bytes."),
        ("x" * 1025, "The password is too long; use at most 1024 bytes."),
    ],
)
def test_it_is_said_how_long_a_password_has_to_be(text: str, message: str) -> None:
    with pytest.raises(InvalidPassword) as refusal:
        PasswordPolicy().parse(text)
    assert str(refusal.value) == message


def test_the_code_of_an_invitation_has_its_prefix_and_its_length() -> None:
    value = "x" * 43
    assert InvitationCode.parse(f"fdi_{value}") == InvitationCode(value)
    assert InvitationCode.parse(value) is None
    assert InvitationCode.parse(f"fdi_{value[1:]}") is None
    assert InvitationCode.parse(f"fdi_{value}x") is None


def test_secrets_are_hidden_as_often_as_they_are_encoded_six_times() -> None:
    secret = "x" * 42 + "_"
    assert hide_secrets(f"code {secret} here") == "code *** here"
    assert hide_secrets("100 % of those who asked for it last week and the one before") != "***"
    encoded = secret.replace("_", "%5F")
    for _ in range(5):
        assert hide_secrets(f"code {encoded}") == "***"
        encoded = encoded.replace("%", "%25")
    assert hide_secrets(f"code {encoded}") == "***"
    seventh = encoded.replace("%", "%25")
    assert hide_secrets(f"code {seventh}") == f"code {seventh}"


async def test_a_clock_that_is_set_back_by_a_minute_ends_no_session(desk: Desk) -> None:
    ada = await desk.signed_up()
    desk.clock.advance(-MINUTE)
    assert (await desk.who(ada.token)).user.id == ada.user.id


async def test_it_is_said_when_a_session_ends(desk: Desk) -> None:
    ada = await desk.signed_up()
    assert ada.expires_at == NOON + desk.policy.absolute
    desk.clock.advance(MINUTE)
    updated = await desk.use_cases.update_own_account(
        signed_in=await desk.who(ada.token),
        presented=ada.token,
        caller=PHONE,
        username=None,
        password=OTHER_PASSWORD,
        current_password=PASSWORD,
    )
    assert updated.user.id == ada.user.id
    assert updated.admission
    assert updated.admission.expires_at == ada.expires_at, "as long as before"


async def test_a_new_password_takes_invitations_back(desk: Desk) -> None:
    token = await became_operator(desk)
    issued = await invited(desk, await at_work(desk, token))
    desk.clock.advance(MINUTE)
    await desk.updated(token, password=OTHER_PASSWORD, current_password=PASSWORD)
    stored = desk.store.state.invitations[issued.code.digest]
    assert stored.revoked_at == NOON + MINUTE


async def test_who_is_no_operator_any_more_invites_nobody(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    other = await at_work(desk, await became_operator(desk, "other"))
    issued = await invited(desk, other)
    desk.clock.advance(MINUTE)
    await desk.use_cases.demote_operator(by=by, user=other.user.id, caller=LAPTOP)
    stored = desk.store.state.invitations[issued.code.digest]
    assert stored.revoked_at == NOON + MINUTE


async def test_more_records_than_fit_in_a_batch_are_forgotten(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    tables = FakeTables([*range(1, 1_102)])
    log = FakeRequestLog(dict.fromkeys(tables.ids), tables=tables)
    desk = replace(desk, requests=tables, request_log=log)
    where = [Condition("status", Comparison.EQ, "401"), Condition("path", Comparison.EQ, "/")]
    forgotten = await desk.use_cases.forget_requests(by=by, conditions=where, caller=LAPTOP)
    assert (forgotten, tables.ids) == (1_101, [])
    assert desk.happened()[-1].details == {"filter": "status:eq:401 path:eq:/"}


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (parse_reason, "x" * 201, "Use at most 200 characters for the reason."),
        (parse_reason, "a\u200bb", "The reason has an invisible character; leave it out."),
        (parse_reason, "x" * 43, "The reason looks like a secret; choose another."),
        (parse_token_name, "", "Use 1 to 60 characters for the name."),
        (parse_token_name, "a\u200bb", "The name has an invisible character; leave it out."),
    ],
)
def test_it_is_said_what_is_wrong_with_a_text(
    parse: Callable[[str], str], text: str, message: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(text)
    assert str(refusal.value) == message


async def test_it_is_said_what_a_caller_lacks(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.LOG_VIEW)
    with pytest.raises(ScopeMissing) as lacking:
        await with_key(desk, key, Scope.DATA_VIEW)
    assert lacking.value.scope == Scope.DATA_VIEW
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired) as stale:
        (await at_work(desk, token)).demand_fresh()
    assert str(stale.value) == "Log in again and retry."
    with pytest.raises(FreshLoginRequired) as too_much:
        await desk.updated(
            token, password=OTHER_PASSWORD, current_password=PASSWORD, keep_access_tokens=True
        )
    assert str(too_much.value) == "Log in again and retry, or let the access tokens end."


async def test_where_sign_up_is_closed_it_is_said_so(desk: Desk) -> None:
    desk.sign_up = SignUpMode.CLOSED
    with pytest.raises(SignUpClosed) as refusal:
        await desk.signed_up()
    assert str(refusal.value) == "Nobody can sign up here; ask an operator for an account."


async def test_a_program_stays_a_program_when_it_changes_the_password(desk: Desk) -> None:
    ada = await desk.use_cases.sign_up(
        username="ada", password=PASSWORD, caller=PHONE, presented=None, as_bearer=True
    )
    changed = await desk.updated(ada.token, password=OTHER_PASSWORD, current_password=PASSWORD)
    assert changed.token.is_bearer


async def test_a_new_password_by_code_replaces_whoever_was_signed_in_there(desk: Desk) -> None:
    ada, bob = await desk.signed_up("ada"), await desk.signed_up("bob")
    issued = await desk.use_cases.set_reset_code(user=ada.user.id, caller=LAPTOP)
    await desk.use_cases.reset_password(
        code=issued.code, password=OTHER_PASSWORD, caller=PHONE, presented=bob.token
    )
    assert desk.store.state.signed_in(bob.token.digest) is None


async def test_whose_oldest_session_made_room_is_on_record(desk: Desk) -> None:
    desk.policy = replace(desk.policy, at_most=1)
    ada = await desk.signed_up()
    await desk.logged_in()
    ended = [each for each in desk.happened() if each.kind is EventKind.SESSIONS_ENDED]
    assert [(each.user_id, each.details["why"]) for each in ended] == [(ada.user.id, "evicted")]


async def test_who_could_not_be_changed_is_said_not_to_be(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    (outcome,) = await desk.use_cases.change_users(
        by=by, user_ids=[4711], change=Disable(), caller=PHONE
    )
    assert outcome.is_changed is False
