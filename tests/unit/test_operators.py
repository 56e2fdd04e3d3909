"""What operators can do, and what programs of theirs cannot."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import (
    EditConflict,
    FreshLoginRequired,
    InvalidCode,
    InvalidCredentials,
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
from domain.operator import AccessKey, Code, Grant, Operator, Purpose, Scope
from domain.session import SessionToken
from domain.user import User
from tests.examples import ADA, DAY, LAPTOP, MINUTE, OTHER_PASSWORD, PASSWORD, PHONE
from tests.unit.conftest import Desk

HOUR = 60 * MINUTE
NOBODY = 4711


async def became_operator(desk: Desk, name: str = "root") -> SessionToken:
    await desk.create_user(username=name, password=PASSWORD, origin=LAPTOP, is_operator=True)
    return (await desk.logged_in(name)).token


async def at_work(desk: Desk, token: SessionToken, scope: Scope = Scope.DATA_VIEW) -> Operator:
    return await desk.identify_operator(presented=token, key=None, scope=scope)


async def with_key(desk: Desk, key: AccessKey, scope: Scope = Scope.DATA_VIEW) -> Operator:
    return await desk.identify_operator(presented=None, key=key, scope=scope)


async def key_of(desk: Desk, token: SessionToken, *scopes: Scope) -> tuple[AccessKey, int]:
    key, made = await desk.create_token(
        by=await at_work(desk, token),
        name="script",
        scopes=frozenset(scopes),
        lifetime=DAY,
        origin=LAPTOP,
    )
    return key, made.id


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


Act = Callable[[Desk, Operator, User], Awaitable[object]]


async def rename(desk: Desk, by: Operator, user: User) -> object:
    return await desk.edit_user(
        by=by,
        user_id=user.id,
        version=user.version,
        username="renamed",
        password=None,
        origin=PHONE,
    )


async def set_password(desk: Desk, by: Operator, user: User) -> object:
    return await desk.edit_user(
        by=by,
        user_id=user.id,
        version=user.version,
        username=None,
        password=OTHER_PASSWORD,
        origin=PHONE,
    )


async def disable(desk: Desk, by: Operator, user: User) -> object:
    return await desk.disable_user(by=by, user=user.id, origin=PHONE)


async def remove(desk: Desk, by: Operator, user: User) -> object:
    return await desk.remove_user(by=by, user_id=user.id, origin=PHONE)


async def end_sessions(desk: Desk, by: Operator, user: User) -> object:
    return await desk.end_user_sessions(by=by, user_id=user.id, session_id=None, origin=PHONE)


async def give_code(desk: Desk, by: Operator, user: User) -> object:
    return await desk.set_reset_code(by=by, user_id=user.id, origin=PHONE)


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


async def test_a_new_password_or_a_shut_account_voids_the_code(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    for number in range(3):
        admission = await desk.signed_up(f"user{number}")
        user = admission.user
        code, _ = await desk.set_reset_code(by=by, user_id=user.id, origin=LAPTOP)
        if number == 0:
            await set_password(desk, by, user)
        elif number == 1:
            await desk.updated(admission.token, password=OTHER_PASSWORD)
        else:
            await desk.disable_user(user=user.id, origin=LAPTOP)
            await desk.disable_user(user=user.id, origin=LAPTOP, disabled=False)
        with pytest.raises(InvalidCode):
            await reset(desk, code)


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


async def reset(desk: Desk, code: Code | None) -> object:
    return await desk.reset_password(
        code=code, password=OTHER_PASSWORD, origin=PHONE, presented=None
    )


async def test_a_reset_code_sets_a_password_once(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    old = await desk.signed_up()
    code, grant = await desk.set_reset_code(by=by, user_id=old.user.id, origin=LAPTOP)
    assert grant.expires_at == desk.clock.now() + DAY
    await reset(desk, code)
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    with pytest.raises(NotSignedIn):
        await desk.who(old.token)
    assert await desk.logged_in("ada", OTHER_PASSWORD)
    with pytest.raises(InvalidCredentials):
        await desk.logged_in("ada", PASSWORD)


async def test_codes_that_are_old_made_up_or_for_something_else_do_nothing(desk: Desk) -> None:
    set_up = await desk.offer_set_up()
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    code, _ = await desk.set_reset_code(by=by, user_id=ada.id, origin=LAPTOP)
    work = desk.hasher.work
    for made_up in (None, Code("x" * 43)):
        with pytest.raises(InvalidCode):
            await reset(desk, made_up)
    assert desk.hasher.work == work, "nothing is hashed for them"
    with pytest.raises(InvalidCode):
        await reset(desk, set_up)
    await desk.disable_user(user=ada.id, origin=LAPTOP)
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    await desk.disable_user(user=ada.id, origin=LAPTOP, disabled=False)
    desk.clock.advance(timedelta(days=1))
    with pytest.raises(InvalidCode):
        await reset(desk, code)
    assert await desk.logged_in("ada", PASSWORD)


async def test_a_reset_code_makes_no_operator_and_nothing_is_hashed_for_what_is_void(
    desk: Desk,
) -> None:
    ada = (await desk.signed_up()).user
    code = Code("r" * 43)
    async with desk.store.begin() as work:
        await work.codes.put(code.digest, Grant(Purpose.RESET, ada.id, desk.clock.now() + DAY))
    before = desk.hasher.work
    for void in (code, Code("x" * 43), None):
        with pytest.raises(InvalidCode):
            await become(desk, void)
    assert desk.hasher.work == before


async def become(desk: Desk, code: Code | None, name: str = "first") -> object:
    return await desk.set_up(
        code=code, username=name, password=PASSWORD, origin=LAPTOP, presented=None
    )


async def test_the_link_makes_the_first_operator_and_no_second(desk: Desk) -> None:
    older, newer = await desk.offer_set_up(), await desk.offer_set_up()
    await desk.signed_up("taken")
    with pytest.raises(InvalidCode):
        await become(desk, older)
    with pytest.raises(UsernameTaken):
        await become(desk, newer, "taken")
    await become(desk, newer)
    assert (await at_work(desk, (await desk.logged_in("first")).token)).user.is_operator
    with pytest.raises(InvalidCode):
        await become(desk, newer, "second")
    assert await desk.offer_set_up() is None


async def test_the_link_is_void_after_half_an_hour_or_when_there_is_an_operator(desk: Desk) -> None:
    code = await desk.offer_set_up()
    desk.clock.advance(30 * MINUTE)
    with pytest.raises(InvalidCode):
        await become(desk, code)
    code = await desk.offer_set_up()
    await became_operator(desk)
    with pytest.raises(InvalidCode):
        await become(desk, code)
