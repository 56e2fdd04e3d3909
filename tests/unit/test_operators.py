"""What operators can do, and what programs of theirs cannot."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from application.forget_requests import ForgetRequests
from domain.errors import (
    EditConflict,
    FreshLoginRequired,
    InvalidTokenName,
    NoSuchSession,
    NoSuchToken,
    NoSuchUser,
    NotAnOperator,
    NotSignedIn,
    PersonRequired,
    ScopeMissing,
    UsernameTaken,
)
from domain.operator import AccessKey, Scope
from domain.queries import Comparison, Condition, Page
from domain.session import SessionToken
from domain.user import User
from tests.examples import ADA, DAY, LAPTOP, MINUTE, OTHER_PASSWORD, PASSWORD, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import (
    HOUR,
    NOBODY,
    Act,
    at_work,
    became_operator,
    disable,
    end_sessions,
    give_code,
    key_of,
    remove,
    rename,
    set_password,
    with_key,
)


async def test_only_operators_are_operators(desk: Desk) -> None:
    token = await became_operator(desk)
    assert (await at_work(desk, token)).user.is_operator
    ordinary = (await desk.signed_up("bob")).token
    with pytest.raises(NotAnOperator):
        await at_work(desk, ordinary)
    for nothing in (None, SessionToken("x" * 43)):
        with pytest.raises(NotSignedIn):
            await desk.identify_operator(presented=nothing, key=None, scope=Scope.API_VIEW)


async def test_sessions_of_operators_are_short(desk: Desk) -> None:
    token = await became_operator(desk)
    desk.clock.advance(59 * MINUTE)
    await at_work(desk, token)
    desk.clock.advance(MINUTE)
    with pytest.raises(NotSignedIn):  # nothing was written, so it was idle for an hour
        await at_work(desk, token)
    admission = await desk.logged_in("root")
    assert admission.remaining == 12 * HOUR
    ordinary = await desk.signed_up("bob")
    desk.clock.advance(HOUR)
    assert await desk.who(ordinary.token)


async def test_a_key_opens_what_its_scopes_say_until_it_expires_or_is_revoked(desk: Desk) -> None:
    token = await became_operator(desk)
    key, id_ = await key_of(desk, token, Scope.DATA_VIEW)
    assert key.text.startswith("fdk_")
    assert AccessKey.parse(key.text) == key
    assert AccessKey.parse(key.value) is None
    assert (await with_key(desk, key)).session is None
    assert desk.last_seen.notes[-1] == (id_, desk.clock.now())
    with pytest.raises(ScopeMissing):
        await with_key(desk, key, Scope.LOG_VIEW)
    await desk.revoke_token(by=await at_work(desk, token), token_id=id_, origin=LAPTOP)
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)
    with pytest.raises(NoSuchToken):
        await desk.revoke_token(by=await at_work(desk, token), token_id=id_, origin=LAPTOP)
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    desk.clock.advance(DAY)
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)


async def test_a_key_of_somebody_disabled_opens_nothing(desk: Desk) -> None:
    key, _ = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    root = (await with_key(desk, key)).user
    await desk.disable_user(user=root.id, origin=LAPTOP)
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\nb", "a\u202eb"])
async def test_the_name_of_a_token_is_visible_text(desk: Desk, name: str) -> None:
    by = await at_work(desk, await became_operator(desk))
    with pytest.raises(InvalidTokenName):
        await desk.create_token(by=by, name=name, scopes=frozenset(), lifetime=DAY, origin=LAPTOP)


ACTS = [rename, set_password, disable, remove, end_sessions, give_code]
DANGEROUS = [set_password, remove, give_code]


@pytest.mark.parametrize("act", ACTS)
async def test_it_is_on_record_who_did_it(desk: Desk, act: Act) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    before = len(desk.happened())
    await act(desk, by, ada)
    events = desk.happened()[before:]
    assert events
    assert {event.actor_id for event in events} == {by.user.id}
    assert {event.user_id for event in events} == {ada.id}
    assert {event.origin for event in events} == {PHONE}


@pytest.mark.parametrize("act", DANGEROUS)
async def test_what_cannot_be_undone_needs_a_fresh_login(desk: Desk, act: Act) -> None:
    token = await became_operator(desk)
    ada = (await desk.signed_up()).user
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await act(desk, await at_work(desk, token), ada)
    await act(desk, await at_work(desk, (await desk.logged_in("root")).token), ada)


@pytest.mark.parametrize("act", ACTS)
async def test_no_program_has_power_over_operators(desk: Desk, act: Act) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, *Scope)
    other = await desk.create_user(
        username="other", password=PASSWORD, origin=LAPTOP, is_operator=True
    )
    with pytest.raises(PersonRequired):
        await act(desk, await with_key(desk, key), other)
    await act(desk, await at_work(desk, token), other)


async def test_no_program_makes_keys(desk: Desk) -> None:
    key, _ = await key_of(desk, await became_operator(desk), *Scope)
    with pytest.raises(PersonRequired):
        await desk.create_token(
            by=await with_key(desk, key),
            name="more",
            scopes=frozenset(),
            lifetime=DAY,
            origin=LAPTOP,
        )


@pytest.mark.parametrize("act", ACTS)
async def test_rights_that_ended_meanwhile_are_gone(desk: Desk, act: Act) -> None:
    """Between the request and its write lie a slow body and a hash."""
    token = await became_operator(desk)
    key, id_ = await key_of(desk, token, *Scope)
    ada = (await desk.signed_up()).user
    person, program = await at_work(desk, token), await with_key(desk, key)
    await desk.revoke_token(by=person, token_id=id_, origin=LAPTOP)
    with pytest.raises(NotSignedIn):
        await act(desk, program, ada)
    await desk.log_out(presented=token, origin=LAPTOP)
    with pytest.raises(NotSignedIn):
        await act(desk, person, ada)
    again = await at_work(desk, (await desk.logged_in("root")).token)
    async with desk.store.begin() as work:
        root = await work.users.get(again.user.id)
        assert root
        await work.users.save(replace(root, is_operator=False))
    with pytest.raises(NotAnOperator):
        await act(desk, again, ada)
    found = await desk.store.user(ADA)
    assert found == ada, "nothing happened"


@pytest.mark.parametrize("act", ACTS)
async def test_nobody_cannot_be_changed(desk: Desk, act: Act) -> None:
    by = await at_work(desk, await became_operator(desk))
    with pytest.raises(NoSuchUser):
        await act(desk, by, User(NOBODY, ADA, by.user.password_hash, desk.clock.now()))


async def test_the_second_of_two_edits_is_told(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    await rename(desk, by, ada)
    with pytest.raises(EditConflict):
        await set_password(desk, by, ada)
    assert "password_changed" not in desk.kinds()


async def test_a_taken_name_stays_taken(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada, _ = (await desk.signed_up()).user, await desk.signed_up("renamed")
    with pytest.raises(UsernameTaken):
        await rename(desk, by, ada)


async def test_a_new_password_ends_all_sessions(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    admission = await desk.signed_up()
    await set_password(desk, by, admission.user)
    with pytest.raises(NotSignedIn):
        await desk.who(admission.token)
    assert await desk.logged_in("ada", OTHER_PASSWORD)


async def test_one_session_of_a_user_can_be_ended(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    first, second = await desk.signed_up(), await desk.logged_in()
    doomed = (await desk.who(first.token)).session.id

    async def end() -> int:
        return await desk.end_user_sessions(
            by=by, user_id=first.user.id, session_id=doomed, origin=PHONE
        )

    assert await end() == 1
    with pytest.raises(NotSignedIn):
        await desk.who(first.token)
    assert await desk.who(second.token)
    with pytest.raises(NoSuchSession):
        await end()


class Requests:
    """Records of which another arrives with every look, as under traffic."""

    lost = 0

    def __init__(self, *ids: int) -> None:
        self.ids = list(ids)

    async def page(
        self,
        table: str,
        conditions: Sequence[Condition] = (),
        *,
        sort: str,
        limit: int,
        **_: object,
    ) -> Page:
        bounds = [int(each.value) for each in conditions if each.comparison is Comparison.LE]
        found = [each for each in self.ids if all(each <= bound for bound in bounds)]
        self.ids.append(self.ids[-1] + 1)
        found.sort(reverse=sort.startswith("-"))
        return Page([{"id": each} for each in found[:limit]], None)

    async def forget(self, ids: Sequence[int]) -> int:
        self.ids = [each for each in self.ids if each not in ids]
        return len(ids)


async def test_only_records_that_were_there_are_forgotten(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    requests: Any = Requests(1, 2, 3)
    forget = ForgetRequests(desk.begin_as, desk.clock, requests, requests)
    where = [Condition("status", Comparison.EQ, "401")]
    assert await forget(by=by, conditions=where, origin=LAPTOP) == 3
    assert min(requests.ids) == 4
    assert desk.kinds().count("requests_forgotten") == 1


async def test_keys_are_kept_only_moments_after_a_login(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.DATA_VIEW)
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await desk.updated(
            token, password=OTHER_PASSWORD, current_password=PASSWORD, keep_keys=True
        )
    assert await with_key(desk, key)
    await desk.updated(token, password=OTHER_PASSWORD, current_password=PASSWORD)
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)


async def test_who_held_the_token_before_a_new_password_changes_nothing(desk: Desk) -> None:
    """The session goes on, for its owner alone: not for a request that was under way."""
    token = await became_operator(desk)
    stolen = await at_work(desk, token)
    await desk.updated(token, password=OTHER_PASSWORD)
    ada = (await desk.signed_up()).user
    with pytest.raises(NotSignedIn):
        await disable(desk, stolen, ada)
