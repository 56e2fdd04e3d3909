"""Operators invite, and what they make is on record without its code."""

import pytest

from domain.errors import InvalidNote, InvalidRoles, NotSignedIn, ScopeMissing
from domain.events import Details, Event, EventKind
from domain.operator import Scope
from tests.examples import DAY, LAPTOP, NOON
from tests.unit.conftest import Desk
from tests.unit.invitations import invited
from tests.unit.operators import at_work, became_operator, key_of, with_key


async def test_it_is_what_was_asked_for(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    issued = await invited(desk, by, "member", "editor", uses=5, note=" for Grace ")
    found = issued.invitation
    assert (found.note, found.roles, found.uses, found.used) == (
        "for Grace",
        ("editor", "member"),
        5,
        0,
    )
    assert (found.created_at, found.expires_at) == (NOON, NOON + 7 * DAY)
    assert found.issuer == by.issuer
    assert issued.code.text.startswith("fdi_")
    details: Details = {"invitation": found.id, "uses": 5, "roles": "editor,member"}
    root = by.user.id
    assert desk.happened()[-1] == Event(
        EventKind.INVITATION_CREATED, NOON, root, desk.happened()[-1].caller, details, root
    )
    assert issued.code.value not in str(desk.happened())


@pytest.mark.parametrize(
    ("note", "roles", "refusal"),
    [
        ("x" * 201, (), InvalidNote),
        ("a\u202eb", (), InvalidNote),
        ("x" * 43, (), InvalidNote),
        ("", ("Admin",), InvalidRoles),
    ],
)
async def test_bad_input_is_refused(
    desk: Desk, note: str, roles: tuple[str, ...], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await invited(desk, None, *roles, note=note)
    assert desk.store.state.invitations == {}


async def test_a_program_gives_roles_only_if_it_may_set_them(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, Scope.DATA_CREATE)
    program = await with_key(desk, key, Scope.DATA_CREATE)
    assert await invited(desk, program)
    with pytest.raises(ScopeMissing):
        await invited(desk, program, "admin")
    key, _ = await key_of(desk, token, Scope.DATA_CREATE, Scope.DATA_ROLES)
    assert await invited(desk, await with_key(desk, key, Scope.DATA_CREATE), "admin")


async def test_who_is_no_longer_signed_in_invites_nobody(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    await desk.use_cases.log_out(presented=token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await invited(desk, by)
    assert desk.store.state.invitations == {}
