"""An invitation lets in as many as it says, and gives them its roles."""

import asyncio

import pytest

from domain.errors import SignUpClosed, UsernameTaken
from domain.events import Event, EventKind
from domain.invitation import SignUpMode
from domain.operator import Scope
from domain.secrets import InvitationCode
from domain.user import Username
from tests.examples import LAPTOP, NOON, OTHER_PASSWORD
from tests.unit.conftest import Desk
from tests.unit.invitations import invited, operator_invited
from tests.unit.operators import at_work, became_operator, key_of, with_key


@pytest.mark.parametrize("mode", [SignUpMode.OPEN, SignUpMode.INVITED])
async def test_it_works_once_and_gives_its_roles(desk: Desk, mode: SignUpMode) -> None:
    desk.sign_up = mode
    issued = await invited(desk, None, "member", "editor")
    ada = await desk.signed_up("ada", invitation=issued.code.text)
    assert ada.user.roles == ("editor", "member")
    assert (await desk.who(ada.token)).user == ada.user
    with pytest.raises(SignUpClosed):
        await desk.signed_up("bob", invitation=issued.code.text)
    assert desk.kinds() == ["invitation_created", "signed_up", "invitation_used", "roles_changed"]
    details = {"invitation": issued.invitation.id}
    used, changed = desk.happened()[-2:]
    assert used == Event(EventKind.INVITATION_USED, NOON, ada.user.id, used.caller, details)
    assert changed.details == {"from": "", "to": "editor,member"}


async def test_of_fifty_who_come_at_once_as_many_get_in_as_it_has_uses(desk: Desk) -> None:
    desk.sign_up = SignUpMode.INVITED
    code = (await invited(desk, uses=3)).code.text

    async def is_let_in(number: int) -> bool:
        try:
            await desk.signed_up(f"user{number}", invitation=code)
        except SignUpClosed:
            return False
        return True

    assert sum(await asyncio.gather(*map(is_let_in, range(50)))) == 3
    assert len(desk.store.state.users) == 3


async def test_a_name_that_is_taken_does_not_use_it_up(desk: Desk) -> None:
    await desk.signed_up("ada")
    code = (await invited(desk)).code.text
    with pytest.raises(UsernameTaken):
        await desk.signed_up("ada", invitation=code)
    assert await desk.signed_up("bob", invitation=code)


async def test_one_of_an_operator_who_was_dismissed_is_void(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    await became_operator(desk, "second")
    code = (await invited(desk, by, "admin")).code.text
    await desk.use_cases.demote_operator(user=Username("root"), caller=LAPTOP)
    with pytest.raises(SignUpClosed):
        await desk.signed_up("mallory", invitation=code)
    assert await desk.store.user(Username("mallory")) is None


async def test_it_does_not_come_back_with_an_operator_who_does(desk: Desk) -> None:
    by = await at_work(desk, await became_operator(desk))
    await became_operator(desk, "second")
    code = (await invited(desk, by)).code.text
    root = Username("root")
    await desk.use_cases.disable_user(user=root, caller=LAPTOP)
    await desk.use_cases.enable_user(user=root, caller=LAPTOP)
    with pytest.raises(SignUpClosed):
        await desk.signed_up("mallory", invitation=code)


async def test_one_made_before_the_password_was_changed_is_void(desk: Desk) -> None:
    token = await became_operator(desk)
    code = (await invited(desk, await at_work(desk, token))).code.text
    await desk.updated(token, password=OTHER_PASSWORD)
    with pytest.raises(SignUpClosed):
        await desk.signed_up("mallory", invitation=code)


async def test_one_of_a_program_ends_with_its_key(desk: Desk) -> None:
    token = await became_operator(desk)
    key, key_id = await key_of(desk, token, Scope.DATA_CREATE)
    first, second = [
        await invited(desk, await with_key(desk, key, Scope.DATA_CREATE)) for _ in range(2)
    ]
    assert await desk.signed_up("ada", invitation=first.code.text)
    by = await at_work(desk, token)
    await desk.use_cases.revoke_token(by=by, token_id=key_id, caller=LAPTOP)
    with pytest.raises(SignUpClosed):
        await desk.signed_up("bob", invitation=second.code.text)


@pytest.mark.parametrize("mode", [SignUpMode.OPEN, SignUpMode.INVITED])
async def test_one_for_operators_signs_nobody_up_and_stays_open(
    desk: Desk, mode: SignUpMode
) -> None:
    desk.sign_up = mode
    issued = await operator_invited(desk)
    for text in (issued.code.text, InvitationCode(issued.code.value).text):
        with pytest.raises(SignUpClosed):
            await desk.signed_up("mallory", invitation=text)
    use = desk.use_cases.join_operators.use_invitation
    with pytest.raises(SignUpClosed):
        async with desk.store.begin() as work:
            await use(work, issued.code)
    assert desk.store.state.users == {}
    async with desk.store.begin() as work:
        assert await use(work, issued.code, for_operator=True)
