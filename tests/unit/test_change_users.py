"""Many accounts are changed one by one, and each has its outcome."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from domain.batch import Change, ChangeRoles, Disable, Enable, EndSessions, Outcome
from domain.errors import (
    InvalidReason,
    InvalidRoles,
    NoSuchUser,
    NotSignedIn,
    OperatorProtected,
    ScopeMissing,
    StorageUnavailable,
)
from domain.operator import Operator, Scope
from domain.user import User
from tests.examples import LAPTOP, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import NOBODY, at_work, became_operator, key_of, with_key


async def change(
    desk: Desk, by: Operator, user_ids: Sequence[int], change: Change
) -> list[Outcome]:
    return await desk.use_cases.change_users(by=by, user_ids=user_ids, change=change, caller=PHONE)


async def crowd(desk: Desk, number: int = 3) -> list[User]:
    return [(await desk.signed_up(f"user-{each}")).user for each in "abc"[:number]]


def codes(outcomes: list[Outcome]) -> list[object]:
    return [type(each.error) if each.error else each.is_changed for each in outcomes]


async def test_each_is_disabled_with_an_event_and_the_reason(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    ids = [user.id for user in await crowd(desk)]
    outcomes = await change(desk, root, [*ids, ids[0], NOBODY], Disable(" spam "))
    assert codes(outcomes) == [True, True, True, NoSuchUser]
    assert [each.user_id for each in outcomes] == [*ids, NOBODY], "one that is named twice, once"
    told = [each for each in desk.happened() if each.kind == "account_disabled"]
    assert [(each.user_id, each.details, each.actor_id) for each in told] == [
        (user_id, {"reason": "spam"}, root.user.id) for user_id in ids
    ]
    assert codes(await change(desk, root, ids, Disable())) == [False] * 3
    assert codes(await change(desk, root, ids, Enable())) == [True] * 3
    assert codes(await change(desk, root, ids, Enable())) == [False] * 3


async def test_sessions_end(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    users = await crowd(desk, 2)
    ids = [user.id for user in users]
    assert codes(await change(desk, root, ids, EndSessions())) == [True, True]
    assert codes(await change(desk, root, ids, EndSessions())) == [False, False]
    assert desk.kinds().count("sessions_ended") == 2


async def test_roles_are_given_and_taken_away_whatever_else_there_is(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    ada, bob = await crowd(desk, 2)
    await desk.use_cases.set_labels(user=ada.id, roles=["editor", "guest"], caller=LAPTOP)
    roles = ChangeRoles(add=("member",), remove=("guest",))
    assert codes(await change(desk, root, [ada.id, bob.id], roles)) == [True, True]
    state = desk.store.state.users
    assert [state[each.id].roles for each in (ada, bob)] == [("editor", "member"), ("member",)]
    assert desk.happened()[-2].details == {"from": "editor,guest", "to": "editor,member"}
    many = ChangeRoles(add=tuple(f"r{number}" for number in range(19)))
    assert codes(await change(desk, root, [ada.id, bob.id], many)) == [InvalidRoles, True]


async def test_operators_and_oneself_are_left_as_they_are(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    other = await at_work(desk, await became_operator(desk, "other"))
    (ada,) = await crowd(desk, 1)
    for each in (Disable(), EndSessions(), ChangeRoles(add=("x",)), Enable()):
        ids = [root.user.id, other.user.id, ada.id]
        outcomes = await change(desk, root, ids, each)
        assert codes(outcomes)[:2] == [OperatorProtected, OperatorProtected]
    assert await at_work(desk, (await desk.logged_in("root")).token)


async def test_bad_input_is_refused_before_anything_is_done(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    (ada,) = await crowd(desk, 1)
    before = desk.happened()
    for wrong, refusal in (
        (Disable("x" * 201), InvalidReason),
        (Disable("a\u202eb"), InvalidReason),
        (Disable("x" * 43), InvalidReason),
        (ChangeRoles(add=("Admin",)), InvalidRoles),
        (ChangeRoles(remove=("a,b",)), InvalidRoles),
    ):
        with pytest.raises(refusal):
            await change(desk, root, [ada.id], wrong)
    assert desk.happened() == before


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        (Scope.DATA_UPDATE, {Disable, Enable}),
        (Scope.DATA_DELETE, {EndSessions}),
        (Scope.DATA_ROLES, {ChangeRoles}),
    ],
)
async def test_a_program_needs_the_scope_of_the_change(
    desk: Desk, scope: Scope, allowed: set[type]
) -> None:
    key, _ = await key_of(desk, await became_operator(desk), scope)
    program = await with_key(desk, key, scope)
    (ada,) = await crowd(desk, 1)
    for each in (Disable(), EndSessions(), ChangeRoles(add=("x",)), Enable()):
        if type(each) in allowed:
            assert codes(await change(desk, program, [ada.id], each)) in ([True], [False])
        else:
            with pytest.raises(ScopeMissing):
                await change(desk, program, [ada.id], each)


async def test_who_is_no_longer_an_operator_changes_nothing(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    ids = [user.id for user in await crowd(desk)]
    await desk.use_cases.log_out(presented=token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await change(desk, by, ids, Disable())
    assert not any(user.is_disabled for user in desk.store.state.users.values())


async def test_when_the_database_goes_the_rest_is_not_tried(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    ids = [user.id for user in await crowd(desk)]
    begun = desk.store.begun
    use_case = desk.use_cases.change_users
    transactions = use_case.open_account.transactions

    def begin(*args: Any, **kwargs: Any) -> Any:
        if desk.store.begun > begun:
            raise StorageUnavailable
        return desk.store.begin(*args, **kwargs)

    failing = replace(
        use_case,
        open_account=replace(
            use_case.open_account,
            transactions=replace(transactions, begin=begin),
        ),
    )
    outcomes = await failing(by=by, user_ids=ids, change=Disable(), caller=PHONE)
    assert codes(outcomes) == [True, StorageUnavailable, StorageUnavailable]
    assert [user.is_disabled for user in desk.store.state.users.values()] == [
        False,
        True,
        False,
        False,
    ]
