"""A revoked access token is refused from its next request on."""

import pytest

from domain.errors import NoSuchToken, NotSignedIn
from domain.events import Details, Event, EventKind
from domain.operator import AccessToken, Operator, Scope
from tests.examples import NOON, PHONE
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator, key_of, with_key


async def revoke(desk: Desk, by: Operator, token_id: int) -> AccessToken:
    return await desk.use_cases.revoke_token(by=by, token_id=token_id, caller=PHONE)


async def test_a_key_opens_nothing_once_it_is_revoked(desk: Desk) -> None:
    token = await became_operator(desk)
    key, id_ = await key_of(desk, token, Scope.DATA_VIEW)
    await revoke(desk, await at_work(desk, token), id_)
    with pytest.raises(NotSignedIn):
        await with_key(desk, key)


async def test_a_token_that_is_revoked_already_is_unknown(desk: Desk) -> None:
    token = await became_operator(desk)
    _, id_ = await key_of(desk, token, Scope.DATA_VIEW)
    by = await at_work(desk, token)
    await revoke(desk, by, id_)
    with pytest.raises(NoSuchToken):
        await revoke(desk, by, id_)
    assert desk.kinds().count("token_revoked") == 1


async def test_other_tokens_stay(desk: Desk) -> None:
    token = await became_operator(desk)
    (_, doomed), (kept, _) = [await key_of(desk, token, Scope.DATA_VIEW) for _ in range(2)]
    assert (await revoke(desk, await at_work(desk, token), doomed)).id == doomed
    assert await with_key(desk, kept)


async def test_a_token_of_another_operator_can_be_revoked_and_it_is_on_record(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    token = await became_operator(desk, "other")
    owner = (await desk.who(token)).user
    _, id_ = await key_of(desk, token, Scope.DATA_VIEW)
    await revoke(desk, by, id_)
    details: Details = {"token": id_, "name": "script"}
    assert desk.happened()[-1] == Event(
        EventKind.TOKEN_REVOKED, NOON, owner.id, PHONE, details, actor_id=by.user.id
    )


async def test_a_token_can_revoke_itself(desk: Desk) -> None:
    key, id_ = await key_of(desk, await became_operator(desk), Scope.DATA_VIEW)
    by = await with_key(desk, key)
    await revoke(desk, by, id_)
    with pytest.raises(NotSignedIn):
        await revoke(desk, by, id_)
