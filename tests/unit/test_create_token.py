"""Programs get access from an operator in person."""

import pytest

from domain.errors import FreshLoginRequired, InvalidTokenName, NotSignedIn, PersonRequired
from domain.events import Details, Event, EventKind
from domain.operator import IssuedToken, Operator, Scope
from tests.examples import DAY, LAPTOP, MINUTE, NOON, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, key_of, with_key


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\nb", "a\u202eb"])
async def test_the_name_of_a_token_is_visible_text(desk: Desk, name: str) -> None:
    by = await at_work(desk, await became_operator(desk))
    with pytest.raises(InvalidTokenName):
        await desk.use_cases.create_token(
            by=by, name=name, scopes=frozenset(), lifetime=DAY, caller=LAPTOP
        )


async def test_no_program_makes_keys(desk: Desk) -> None:
    key, _ = await key_of(desk, await became_operator(desk), *Scope)
    with pytest.raises(PersonRequired):
        await desk.use_cases.create_token(
            by=await with_key(desk, key),
            name="more",
            scopes=frozenset(),
            lifetime=DAY,
            caller=LAPTOP,
        )


async def create(desk: Desk, by: Operator, *scopes: Scope) -> IssuedToken:
    return await desk.use_cases.create_token(
        by=by, name=" script ", scopes=frozenset(scopes), lifetime=DAY, caller=PHONE
    )


async def test_the_token_is_what_was_asked_for(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    issued = await create(desk, by, Scope.LOG_VIEW)
    token = issued.token
    assert (token.user_id, token.name) == (by.user.id, "script")
    assert token.scopes == {Scope.LOG_VIEW}
    assert (token.created_at, token.expires_at) == (NOON, NOON + DAY)
    assert await with_key(desk, issued.key, Scope.LOG_VIEW)


async def test_it_is_on_record_with_its_scopes_and_without_its_key(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    issued = await create(desk, by, Scope.LOG_VIEW, Scope.DATA_VIEW)
    details: Details = {"token": issued.token.id, "name": "script", "scopes": "data.view log.view"}
    root = by.user.id
    assert desk.happened()[-1] == Event(
        EventKind.TOKEN_CREATED, NOON, root, PHONE, details, actor_id=root
    )
    assert issued.key.value not in str(desk.happened())


async def test_it_needs_a_fresh_login(desk: Desk) -> None:
    token = await became_operator(desk)
    desk.clock.advance(11 * MINUTE)
    with pytest.raises(FreshLoginRequired):
        await create(desk, await at_work(desk, token))
    assert desk.store.state.tokens == {}


async def test_who_is_no_longer_signed_in_makes_none(desk: Desk) -> None:
    token = await became_operator(desk)
    by = await at_work(desk, token)
    await desk.use_cases.log_out(presented=token, caller=LAPTOP)
    with pytest.raises(NotSignedIn):
        await create(desk, by)
    assert desk.store.state.tokens == {}
