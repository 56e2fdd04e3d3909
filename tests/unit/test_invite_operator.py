"""An operator in person can invite another."""

import pytest

from domain.errors import FreshLoginRequired, InvalidNote, NotSignedIn, PersonRequired
from domain.events import Details, Event, EventKind
from domain.operator import Scope
from tests.examples import DAY, LAPTOP, MINUTE, NOON
from tests.unit.conftest import Desk
from tests.unit.invitations import operator_invited
from tests.unit.operators import at_work, became_operator, key_of, with_key


async def test_it_is_for_one_operator_and_for_a_day(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    issued = await operator_invited(desk, by, note=" Grace ")
    found = issued.invitation
    assert (found.is_for_operator, found.uses, found.roles, found.note) == (True, 1, (), "Grace")
    assert (found.created_at, found.expires_at) == (NOON, NOON + DAY)
    assert found.issuer == by.issuer
    root, kind = by.user.id, EventKind.INVITATION_CREATED
    details: Details = {"invitation": found.id, "uses": 1, "for": "operator"}
    assert desk.happened()[-1] == Event(kind, NOON, root, LAPTOP, details, root)
    assert issued.code.text.startswith("fdo_")
    assert issued.code.value not in str(desk.happened())


async def test_it_takes_a_person_moments_after_a_login(desk: Desk) -> None:
    token = await became_operator(desk)
    key, _ = await key_of(desk, token, *Scope)
    with pytest.raises(PersonRequired):
        await operator_invited(desk, await with_key(desk, key))
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await operator_invited(desk, await at_work(desk, token))
    assert desk.store.state.invitations == {}


async def test_a_bad_note_and_who_is_no_longer_signed_in_are_refused(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    with pytest.raises(InvalidNote):
        await operator_invited(desk, by, note="x" * 201)
    await desk.use_cases.log_out(presented=token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await operator_invited(desk, by)
    assert desk.store.state.invitations == {}
