"""Each change is on record: what, when, to whom, by whom and from where."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import pytest

from domain.account import Usage
from domain.batch import Change, ChangeRoles, Disable, Enable, EndSessions
from domain.errors import StorageUnavailable, UsernameTaken
from domain.events import EventKind
from domain.network import Client
from domain.operator import (
    REASON_MAX_CHARACTERS,
    TOKEN_NAME_MAX_CHARACTERS,
    parse_reason,
    parse_token_name,
)
from domain.user import User, Username
from tests.examples import DAY, LAPTOP, MINUTE, NOON, OTHER_PASSWORD, PASSWORD, PHONE
from tests.fakes.store import FakeStore, FakeUnitOfWork
from tests.unit.codes import become
from tests.unit.conftest import Desk
from tests.unit.invitations import invited, operator_invited
from tests.unit.operators import ACTS, Act, at_work, became_operator

LATER = NOON + MINUTE


@pytest.mark.parametrize("act", ACTS)
async def test_what_an_operator_does(act: Act, desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    before = len(desk.happened())
    desk.clock.advance(MINUTE)
    await act(desk, by, ada)
    events = desk.happened()[before:]
    assert events
    for each in events:
        assert (each.at, each.actor_id) == (LATER, by.user.id)
        assert each.caller.address in (PHONE.address, LAPTOP.address)
        assert each.user_id == ada.id


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (Disable(), EventKind.ACCOUNT_DISABLED),
        (EndSessions(), EventKind.SESSIONS_ENDED),
        (ChangeRoles(add=("editor",)), EventKind.ROLES_CHANGED),
        (Enable(), EventKind.ACCOUNT_ENABLED),
    ],
)
async def test_what_an_operator_does_to_many(change: Change, kind: EventKind, desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ada = (await desk.signed_up()).user
    if isinstance(change, Enable):
        await desk.use_cases.disable_user(user=ada.id, caller=LAPTOP)
    desk.clock.advance(MINUTE)
    await desk.use_cases.change_users(by=by, user_ids=[ada.id], change=change, caller=PHONE)
    last = next(each for each in reversed(desk.happened()) if each.kind is kind)
    assert (last.at, last.user_id, last.actor_id) == (LATER, ada.id, by.user.id)
    assert last.caller.address == PHONE.address


async def test_an_invitation_that_is_taken_back(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    issued = await invited(desk, by)
    desk.clock.advance(MINUTE)
    await desk.use_cases.revoke_invitation(by=by, invitation_id=issued.invitation.id, caller=LAPTOP)
    event = desk.happened()[-1]
    assert (event.at, event.user_id, event.actor_id) == (LATER, by.user.id, by.user.id)


async def test_an_invitation_says_which_roles_it_brings_if_it_brings_some(desk: Desk) -> None:
    await invited(desk)
    assert "roles" not in desk.happened()[-1].details
    await invited(desk, None, "editor")
    assert desk.happened()[-1].details["roles"] == "editor"


async def test_a_session_that_its_user_ends(desk: Desk) -> None:
    ada = await desk.signed_up()
    signed_in = await desk.who(ada.token)
    desk.clock.advance(MINUTE)
    await desk.use_cases.end_session(
        signed_in=signed_in, presented=ada.token, session_id=signed_in.session.id, caller=PHONE
    )
    event = desk.happened()[-1]
    assert (event.kind, event.at, event.user_id) == ("sessions_ended", LATER, ada.user.id)
    assert (event.caller.address, event.details["count"]) == (PHONE.address, 1)


async def test_who_joins_the_operators_is_admitted_as_anybody_else(desk: Desk) -> None:
    issued = await operator_invited(desk)
    ada = await desk.signed_up()
    desk.clock.advance(MINUTE)
    admission = await desk.use_cases.join_operators(
        code=issued.code, username="grace", password=PASSWORD, caller=PHONE, presented=ada.token
    )
    grace = admission.user
    assert admission.device
    assert desk.store.state.signed_in(ada.token.digest) is None, "replaced in the same browser"
    assert (await desk.logged_in("grace")).user.id == grace.id
    signed_up, used, made = [each for each in desk.happened() if each.user_id == grace.id][:3]
    assert {each.at for each in (signed_up, used, made)} == {LATER}
    assert used.details == made.details == {"invitation": issued.invitation.id}


async def test_the_first_operator_is_admitted_as_anybody_else(desk: Desk) -> None:
    code = await desk.use_cases.offer_set_up()
    desk.clock.advance(MINUTE)
    admission = await become(desk, code, "admin")
    first = admission.user
    assert first.username == Username("admin"), "a reserved name, as operators may give"
    assert admission.device
    assert first.signup_time == LATER
    assert await desk.store.history.usage(first.id) == Usage(LAPTOP.address, LATER, LAPTOP.address)


async def renamed(desk: Desk, user: User, name: str) -> None:
    await desk.use_cases.update_user_as_operator(user=user.username, username=name, caller=LAPTOP)


async def test_a_name_that_an_operator_takes_away_is_held_for_its_user(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    await renamed(desk, ada, "support")
    with pytest.raises(UsernameTaken):
        await desk.signed_up("ada")


async def test_what_is_old_is_counted_and_removed(desk: Desk) -> None:
    ada = await desk.signed_up()
    await desk.use_cases.delete_own_account(
        signed_in=await desk.who(ada.token),
        presented=ada.token,
        caller=LAPTOP,
        current_password=PASSWORD,
    )
    await invited(desk)
    desk.clock.advance(36 * DAY)
    assert desk.store.state.invitations, "it ended 29 days ago"
    desk.clock.advance(2 * DAY)
    removed = 0
    while number := await desk.use_cases.clean_up():
        removed += number
    assert not desk.store.state.invitations
    assert desk.store.state.claims, "a name is held for 90 days"
    desk.clock.advance(60 * DAY)
    again = await desk.use_cases.clean_up()
    assert not desk.store.state.claims
    assert again >= 1
    assert removed >= 1


class Breaking(FakeStore):
    """Can be written to so many times more."""

    left = 1_000

    @asynccontextmanager
    async def begin(
        self, client: Client | None = None, *, accounts: Collection[int] = ()
    ) -> AsyncIterator[FakeUnitOfWork]:
        self.left -= 1
        if self.left < 0:
            raise StorageUnavailable
        async with super().begin(client, accounts=accounts) as work:
            yield work


async def test_if_the_database_goes_the_rest_is_told_so() -> None:
    desk = Desk(store=(store := Breaking()))
    by = await at_work(desk, await became_operator(desk))
    ids = [(await desk.signed_up(f"user-{each}")).user.id for each in "abc"]
    store.left = 1
    outcomes = await desk.use_cases.change_users(
        by=by, user_ids=ids, change=Disable(), caller=PHONE
    )
    assert [each.user_id for each in outcomes] == ids
    assert [each.is_changed for each in outcomes] == [True, False, False]
    assert [type(each.error) for each in outcomes[1:]] == [StorageUnavailable] * 2


async def test_the_reason_of_the_command_line_is_on_record(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    await desk.use_cases.disable_user(user=ada.id, caller=LAPTOP)
    assert desk.happened()[-1].details.get("reason", "") == ""
    bob = (await desk.signed_up("bob")).user
    await desk.use_cases.disable_user(user=bob.id, caller=LAPTOP, reason="spam")
    assert "spam" in [each.details.get("reason") for each in desk.happened()]


def test_a_reason_may_be_as_long_as_is_said() -> None:
    sentence = "a b " * (REASON_MAX_CHARACTERS // 4)
    assert parse_reason(sentence[: REASON_MAX_CHARACTERS - 1] + ".")


async def test_a_session_is_a_browsers_unless_a_program_asks_for_it(desk: Desk) -> None:
    ada = await desk.signed_up()
    assert not ada.token.is_bearer
    assert not (await desk.logged_in()).token.is_bearer
    use_cases = desk.use_cases
    for as_bearer in (False, True):
        signed_up = await use_cases.sign_up(
            username=f"bob-{as_bearer:d}",
            password=PASSWORD,
            caller=PHONE,
            presented=None,
            as_bearer=as_bearer,
        )
        logged_in = await use_cases.log_in(
            username="ada", password=PASSWORD, caller=PHONE, presented=None, as_bearer=as_bearer
        )
        issued = await use_cases.set_reset_code(user=ada.user.id, caller=LAPTOP)
        was_reset = await use_cases.reset_password(
            code=issued.code,
            password=PASSWORD,
            caller=PHONE,
            presented=logged_in.token,
            as_bearer=as_bearer,
        )
        tokens = [each.token.is_bearer for each in (signed_up, logged_in, was_reset)]
        assert tokens == [as_bearer] * 3
        assert desk.store.state.signed_in(logged_in.token.digest) is None
        assert desk.last_seen.logins[-1] == (ada.user.id, PHONE, desk.clock.now())


async def test_from_where_somebody_signed_up_is_known(desk: Desk) -> None:
    ada = await desk.signed_up()
    usage = await desk.store.history.usage(ada.user.id)
    assert usage == Usage(LAPTOP.address, NOON, LAPTOP.address)


async def test_roles_of_an_invitation_are_on_record(desk: Desk) -> None:
    issued = await invited(desk, None, "editor")
    desk.clock.advance(MINUTE)
    bob = await desk.signed_up("bob", invitation=issued.code.text)
    event = desk.happened()[-1]
    assert (event.kind, event.at, event.user_id) == ("roles_changed", LATER, bob.user.id)


@pytest.mark.parametrize("name", ["a", "a b " * (TOKEN_NAME_MAX_CHARACTERS // 4 - 1) + "end."])
def test_the_name_of_a_token_may_be_as_short_and_as_long_as_is_said(name: str) -> None:
    assert len(name) in (1, TOKEN_NAME_MAX_CHARACTERS)
    assert parse_token_name(name) == name


async def test_a_password_that_an_operator_sets_counts(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    await desk.use_cases.update_user_as_operator(
        user=ada.username, password=OTHER_PASSWORD, caller=LAPTOP
    )
    assert (await desk.logged_in("ada", OTHER_PASSWORD)).user.id == ada.id
