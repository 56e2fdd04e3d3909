"""Which buckets are one account's, and how they are found."""

from dataclasses import replace

from domain.buckets import Bucket, waits_of
from domain.network import networks_of
from domain.throttle import Attempt, LimitName, ThrottlePolicy, Wait
from domain.user import User
from tests.examples import ADA, HASH, MINUTE, NOON

POLICY = ThrottlePolicy()
ONE = User(1, ADA, HASH, NOON, auth_version=3)


def test_all_that_can_hold_an_account_back_is_covered_and_nothing_else() -> None:
    networks = (*networks_of("192.0.2.1"), *networks_of("2001:db8::1"), *networks_of("a b"))
    own = [
        *POLICY.for_login("name", ONE, networks, None),
        *POLICY.for_login("name", ONE, networks, "device"),
        *POLICY.for_confirmation(ONE),
        *POLICY.for_rename(1),
        *POLICY.for_password(1),
    ]
    others = [
        *POLICY.for_sign_up(networks),
        *POLICY.for_export(1),
        *(each for each in own if each.key.startswith("network")),
    ]
    counted = POLICY.of_account("name", ONE)
    for attempt in own:
        covering = [each for each in counted if each.covers(attempt.key)]
        assert len(covering) == (0 if attempt in others else 1), attempt.key
    assert not [each for each in counted for attempt in others if each.covers(attempt.key)]
    assert {each.name for each in counted} == set(LimitName)


def test_accounts_that_begin_alike_are_told_apart() -> None:
    counted = POLICY.of_account("name", ONE)
    for id_, name in ((12, "name2"), (11, "nam"), (2, "")):
        other = User(id_, ADA, HASH, NOON)
        attempts: list[Attempt] = [
            *POLICY.for_login(name, other, networks_of("192.0.2.1"), None),
            *POLICY.for_login(name, other, (), "device"),
            *POLICY.for_confirmation(other),
            *POLICY.for_rename(id_),
            *POLICY.for_password(id_),
        ]
        assert not [each for each in counted for a in attempts if each.covers(a.key)], name


def test_a_network_with_a_space_in_it_is_one_network() -> None:
    (attempt, *_) = POLICY.for_login("name", ONE, networks_of("no address 1"), None)
    found = waits_of(POLICY.of_account("name", ONE), {attempt.key: Bucket(NOON, 1)}, NOON)
    assert [each.network for each in found.waits] == ["no address 1"]


def test_what_was_counted_before_a_new_password_is_not_among_it() -> None:
    changed = replace(ONE, auth_version=4)
    failures = POLICY.failures_of("name", ONE)
    assert not any(each.covers(failures.key) for each in POLICY.of_account("name", changed))


def test_the_longest_wait_comes_first_and_one_that_is_over_has_no_end() -> None:
    counted = POLICY.of_account("name", ONE)
    known = {
        "account name": Bucket(NOON - MINUTE, 50, 1, NOON),
        "logins 1": Bucket(NOON, 60, 1, NOON + 60 * MINUTE),
        "account+network name 192.0.2.1": Bucket(NOON, 10, 1, NOON + MINUTE),
        "renames 1": Bucket(NOON - 60 * MINUTE, 5),
        "confirmations 1": Bucket(NOON),
        "logins 2": Bucket(NOON, 60, 1, NOON + 60 * MINUTE),
    }
    found = waits_of(counted, known, NOON, more=2)
    assert found.waits == (
        Wait(LimitName.LOGINS, None, 60, NOON + 60 * MINUTE),
        Wait(LimitName.ACCOUNT_NETWORK, "192.0.2.1", 10, NOON + MINUTE),
        Wait(LimitName.ACCOUNT, None, 50, None),
    )
    assert (found.until, found.more) == (NOON + 60 * MINUTE, 2)
    assert waits_of(counted, {}, NOON).until is None
