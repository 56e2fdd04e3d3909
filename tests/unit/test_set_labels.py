"""Roles and metadata, set by operators."""

import pytest

from domain.errors import EditConflict, InvalidMetadata, InvalidRoles, NoSuchUser, PersonRequired
from domain.events import EventKind
from domain.operator import Scope
from domain.user import Username
from tests.examples import LAPTOP
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, key_of, with_key

CHANGES = (EventKind.ROLES_CHANGED, EventKind.METADATA_CHANGED)


def changes(desk: Desk) -> list[tuple[EventKind, object]]:
    events = [each.event for each in desk.store.state.events]
    return [(each.kind, dict(each.details)) for each in events if each.kind in CHANGES]


async def test_what_is_set_and_taken_away_counts_at_the_next_request(desk: Desk) -> None:
    ada, root = await desk.signed_up(), await became_operator(desk)
    by = await at_work(desk, root, Scope.DATA_ROLES)
    user = await desk.use_cases.set_labels(
        by=by, user=ada.user.id, version=1, roles=["b", "a"], metadata={"x": 1}, caller=LAPTOP
    )
    assert (user.roles, user.metadata.value, user.version) == (("a", "b"), {"x": 1}, 2)
    found = await desk.who(ada.token)
    assert (found.user.roles, found.user.metadata.text) == (("a", "b"), '{"x":1}')
    await desk.use_cases.set_labels(by=by, user=ada.user.id, version=2, roles=[], caller=LAPTOP)
    found = await desk.who(ada.token)
    assert (found.user.roles, found.user.metadata.text) == ((), '{"x":1}'), "the other stays"
    assert changes(desk) == [
        (EventKind.ROLES_CHANGED, {"from": "", "to": "a,b"}),
        (EventKind.METADATA_CHANGED, {"from": "{}", "to": '{"x":1}'}),
        (EventKind.ROLES_CHANGED, {"from": "a,b", "to": ""}),
    ]
    assert all(
        each.event.actor_id == by.user.id
        for each in desk.store.state.events
        if each.event.kind in CHANGES
    )


async def test_what_is_the_same_changes_nothing_and_is_no_event(desk: Desk) -> None:
    ada = await desk.signed_up()
    user = await desk.use_cases.set_labels(
        user=Username("ada"), roles=[], metadata={}, caller=LAPTOP
    )
    assert (user.version, changes(desk)) == (ada.user.version, [])


async def test_of_two_who_change_the_same_version_the_second_is_refused(desk: Desk) -> None:
    ada, root = await desk.signed_up(), await became_operator(desk)
    by = await at_work(desk, root, Scope.DATA_ROLES)
    await desk.use_cases.set_labels(by=by, user=ada.user.id, version=1, roles=["a"], caller=LAPTOP)
    with pytest.raises(EditConflict):
        await desk.use_cases.set_labels(
            by=by, user=ada.user.id, version=1, roles=["b"], caller=LAPTOP
        )


async def test_what_breaks_a_rule_changes_nothing(desk: Desk) -> None:
    ada = await desk.signed_up()
    with pytest.raises(InvalidRoles):
        await desk.use_cases.set_labels(user=ada.user.id, roles=["A B"], caller=LAPTOP)
    with pytest.raises(InvalidMetadata):
        await desk.use_cases.set_labels(
            user=ada.user.id, roles=["a"], metadata={"a": "\0"}, caller=LAPTOP
        )
    with pytest.raises(NoSuchUser):
        await desk.use_cases.set_labels(user=999, roles=["a"], caller=LAPTOP)
    assert (await desk.who(ada.token)).user.roles == ()


async def test_a_program_cannot_touch_an_operator(desk: Desk) -> None:
    root = await became_operator(desk)
    key, _ = await key_of(desk, root, Scope.DATA_ROLES)
    by = await with_key(desk, key, Scope.DATA_ROLES)
    with pytest.raises(PersonRequired):
        await desk.use_cases.set_labels(by=by, user=Username("root"), roles=["a"], caller=LAPTOP)


async def test_metadata_goes_from_events_with_the_account(desk: Desk) -> None:
    ada = await desk.signed_up()
    await desk.use_cases.set_labels(user=ada.user.id, metadata={"phone": "555 0100"}, caller=LAPTOP)
    await desk.use_cases.delete_own_account(
        signed_in=await desk.who(ada.token),
        presented=ada.token,
        caller=LAPTOP,
        current_password=None,
    )
    assert "555 0100" not in str(desk.store.state.events)
