"""The story that `frontdesk demo` tells, whatever the day and the hour."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from random import Random

import pytest

from adapters.http import problem_kinds
from adapters.http.problem_kinds import DOMAIN, Kind
from domain.buckets import Bucket
from domain.errors import TooManyAttempts
from domain.session import SessionPolicy
from domain.throttle import ThrottlePolicy
from domain.user import Username
from entrypoints.demo.acts import Disabled, Guessed, LoggedIn, PasswordChanged, Renamed, SignedUp
from entrypoints.demo.levels import Accounts, Levels
from entrypoints.demo.lives import SEED, Story, tell
from entrypoints.demo.people import SPAM, USERS
from entrypoints.demo.people import Kind as Sort
from entrypoints.demo.places import IPV4, IPV6, SPAMMER
from entrypoints.demo.rhythm import DAY, HOUR, Rhythm
from entrypoints.demo.traffic import Asked, last_seen, traffic
from entrypoints.settings import Settings
from entrypoints.web_app import create_app

NOW = datetime(2026, 3, 4, 14, 30, 20, 5, tzinfo=UTC)
"""A Wednesday."""

MOMENTS = {
    "by day": NOW,
    "on a Saturday": datetime(2026, 3, 7, 9, 0, 59, tzinfo=UTC),
    "on a Monday": datetime(2026, 3, 9, 7, 15, 2, tzinfo=UTC),
    "at midnight": datetime(2026, 1, 1, 0, 0, 0, tzinfo=UTC),
    "on a leap day": datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
}


@pytest.fixture(scope="module", params=MOMENTS.values(), ids=[*MOMENTS])
def story(request: pytest.FixtureRequest) -> Story:
    return tell(SEED, request.param)


@pytest.fixture(scope="module")
def asked(story: Story) -> list[Asked]:
    return traffic(SEED, story)


def test_it_is_the_same_for_the_same_seed_and_instant() -> None:
    told = tell(SEED, NOW)
    assert told == tell(SEED, NOW)
    assert traffic(SEED, told) == traffic(SEED, tell(SEED, NOW))
    assert tell(SEED + 1, NOW).acts != told.acts
    assert traffic(SEED + 1, told) != traffic(SEED, told)


@pytest.mark.parametrize("seed", range(5))
def test_it_can_be_told_with_any_seed(seed: int) -> None:
    told = tell(seed, NOW)
    assert len(traffic(seed, told)) > 10_000


def test_names_can_be_signed_up_with_and_are_not_taken(story: Story) -> None:
    renamed = [act.name for act in story.acts if isinstance(act, Renamed)]
    names = [*(person.name for person in story.people), *renamed]
    assert len({Username.parse(name).key for name in names}) == len(names)
    assert {"Zoë", "Đặng", "山田"} <= set(names)
    assert Counter(person.kind for person in story.people) == {
        Sort.USER: USERS,
        Sort.SPAM: SPAM,
        Sort.OPERATOR: 3,
    }


def test_addresses_are_those_set_apart_for_documentation(story: Story, asked: list[Asked]) -> None:
    networks = [ip_network(f"{each}.0/24") for each in IPV4] + [ip_network(f"{IPV6}::/32")]
    callers = {each.caller for each in asked} | {visit.caller for visit in story.visits}
    callers |= {act.caller for act in story.acts if isinstance(act, Guessed)}
    for caller in callers:
        address = ip_address(caller.address)
        assert any(
            address.version == network.version and address in network for network in networks
        ), caller


def test_routes_and_problems_are_those_of_the_service(asked: list[Asked]) -> None:
    kinds = [
        *DOMAIN.values(),
        *(each for each in vars(problem_kinds).values() if isinstance(each, Kind)),
    ]
    known = {(kind.status, kind.code) for kind in kinds} | {(404, "not_found")}
    routes = {route.path_format for route in create_app(Settings(data_dir=Path("none"))).routes}
    for call in {each.call for each in asked}:
        assert call.route in routes or call.problem == "not_found"
        assert (call.status, call.problem) in known or (call.status < 400 and not call.problem)


def test_there_is_about_as_much_as_a_service_has(story: Story, asked: list[Asked]) -> None:
    now = story.rhythm.now
    open_now = [visit for visit in story.visits if visit.is_open(now)]
    assert 700 < len(open_now) < 1_100
    assert 2_300 < len(story.acts) < 3_600
    assert 14_000 < len(asked) < 34_000
    assert 1_250 < sum(each.at > now - HOUR for each in asked) < 1_650
    assert sum(each.at > now - timedelta(minutes=5) for each in asked) > 60
    assert {each.call.status for each in asked if each.at > now - HOUR} >= {
        *(200, 302, 400, 401, 403, 404, 429, 500, 503)
    }
    assert any(each.ms > 1_000 and each.call.status == 200 for each in asked)


def test_nothing_is_to_come_and_everything_is_in_order(story: Story, asked: list[Asked]) -> None:
    now = story.rhythm.now
    for times in ([act.at for act in story.acts], [each.at for each in asked]):
        assert times == sorted(times)
        assert story.rhythm.began <= times[0]
        assert times[-1] < now


def test_some_signed_up_this_morning_and_others_to_send_spam(story: Story) -> None:
    now = story.rhythm.now
    sign_ups = [act for act in story.acts if isinstance(act, SignedUp)]
    assert sum(act.at > now - 3 * HOUR for act in sign_ups) >= 5
    spam = [act for act in sign_ups if act.visit.caller == SPAMMER]
    assert len(spam) == SPAM
    assert all(act.at > now - 4 * DAY for act in spam)


def test_nothing_is_served_in_the_outage_and_much_fails_before(
    story: Story, asked: list[Asked]
) -> None:
    began, ended = story.rhythm.outage
    assert ended - began == timedelta(minutes=2)
    assert not [each for each in asked if began <= each.at < ended]
    assert not [act for act in story.acts if story.rhythm.trouble[0] <= act.at < ended]
    failed = [each.at for each in asked if each.call.problem == "storage_unavailable"]
    assert len(failed) > 8
    assert all(story.rhythm.trouble[0] <= at < began for at in failed)


def test_requests_in_a_session_come_from_where_it_was_opened_while_it_is_used(
    asked: list[Asked],
) -> None:
    for each in asked:
        if visit := each.visit:
            assert visit.opened <= each.at <= visit.used_until
            assert each.at <= (visit.ended or visit.expires)
            assert (each.caller, each.person) == (visit.caller, visit.person)


def test_sessions_were_last_used_when_they_were(story: Story, asked: list[Asked]) -> None:
    now, seen = story.rhythm.now, last_seen(story, asked)
    requests: dict[int, list[datetime]] = {}
    for each in asked:
        if each.visit:
            requests.setdefault(each.visit.number, []).append(each.at)
    for visit in story.visits:
        at = seen[visit.number]
        assert visit.opened <= at <= visit.used_until
        if at > now - DAY and at != visit.opened:
            assert at in requests[visit.number]
            assert max(requests[visit.number]) - at < timedelta(minutes=5)
    assert sum(at > now - HOUR for at in seen.values()) > 100


def test_nobody_has_more_sessions_than_one_may(story: Story) -> None:
    for at in (story.rhythm.now, *(visit.opened for visit in story.visits[::20])):
        having = Counter(visit.person.name for visit in story.visits if visit.is_open(at))
        assert max(having.values()) <= SessionPolicy().at_most


def test_who_is_shut_out_stays_out(story: Story, asked: list[Asked]) -> None:
    disabled = [act for act in story.acts if isinstance(act, Disabled)]
    assert len(disabled) == 4
    for act in disabled:
        visits = [visit for visit in story.visits if visit.person == act.person]
        assert visits
        assert all(visit.opened < act.at for visit in visits)
        assert not any(visit.is_open(act.at) for visit in visits)
        assert not [each for each in asked if each.person == act.person and each.at > act.at]


def test_a_new_password_ends_the_other_sessions(story: Story) -> None:
    changes = [act for act in story.acts if isinstance(act, PasswordChanged)]
    assert changes
    for act in changes:
        assert [
            visit.number
            for visit in story.visits
            if visit.person == act.visit.person and visit.is_open(act.at)
        ] == [act.visit.number]


def test_operators_act_in_sessions_of_theirs(story: Story) -> None:
    for act in story.acts:
        if isinstance(act, Renamed | Disabled):
            assert act.by.person.is_operator
            assert act.by.is_open(act.at)
            assert act.person.signed_up < act.at
    assert len({act.person.name for act in story.acts if isinstance(act, Renamed)}) == 1


def test_each_guess_passes_and_the_next_would_have_to_wait(story: Story) -> None:
    limit, now = ThrottlePolicy().account_network, story.rhythm.now
    guesses = [act for act in story.acts if isinstance(act, Guessed)]
    assert {act.person.name for act in guesses} == {story.guessed.name}
    bucket = Bucket(guesses[0].at)
    for act in guesses:
        bucket = bucket.reserve(limit, act.at)
    with pytest.raises(TooManyAttempts) as refused:
        bucket.reserve(limit, now)
    assert refused.value.retry_after > 600


def test_less_happens_at_night_and_at_weekends() -> None:
    rhythm = Rhythm(NOW)
    hours = [rhythm.weight(NOW - number * HOUR) for number in range(24)]
    assert max(hours) > 5 * min(hours)
    assert rhythm.weight(NOW) > 0.9
    saturday = rhythm.weight(NOW - 4 * DAY)
    assert 0 < saturday < rhythm.weight(NOW)


def test_figures_of_accounts_are_the_acts_themselves(story: Story) -> None:
    counts = Accounts(story.acts).counts(story.rhythm.began, story.rhythm.now)
    assert counts["sign_ups"] == USERS + SPAM
    assert counts["log_ins"] == sum(isinstance(act, LoggedIn) for act in story.acts)
    moment = story.rhythm.began - HOUR
    assert Accounts(story.acts).counts(moment, story.rhythm.began) == {}


def test_the_memory_grows_and_is_small_after_the_outage() -> None:
    levels = Levels(Random(1), tell(SEED, NOW))
    before, after = levels.story.rhythm.outage
    name = "process_memory_bytes"
    assert levels.at(before, 20)[name] > levels.at(after, 20)[name] + 2**20
    assert levels.at(NOW, 20)["active_sessions"] > 700
