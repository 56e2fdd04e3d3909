import pytest

from domain.errors import InvalidPassword, InvalidUsername, NotSignedIn, UsernameTaken
from tests.examples import DAY, LAPTOP, NOON
from tests.unit.conftest import Desk


async def test_it_creates_an_account_and_signs_it_in(desk: Desk) -> None:
    admission = await desk.signed_up("Ada")
    assert (admission.user.username.value, admission.user.signup_time) == ("Ada", NOON)
    assert admission.remaining == 7 * DAY
    found = await desk.who(admission.token)
    assert found.user == admission.user
    assert found.session.origin == LAPTOP


async def test_it_replaces_the_session_presented(desk: Desk) -> None:
    first = await desk.signed_up("ada")
    second = await desk.signed_up("bob", presented=first.token)
    assert (await desk.who(second.token)).user.username.value == "bob"
    with pytest.raises(NotSignedIn):
        await desk.who(first.token)


async def test_a_taken_name_leaves_the_session_presented_alone(desk: Desk) -> None:
    first = await desk.signed_up("ada")
    with pytest.raises(UsernameTaken):
        await desk.signed_up("ADA", presented=first.token)
    assert await desk.who(first.token)


async def test_bad_input_is_refused_before_any_hashing(desk: Desk) -> None:
    for name, password, refusal in (
        ("", "123456", InvalidUsername),
        ("ada", "12345", InvalidPassword),
    ):
        with pytest.raises(refusal):
            await desk.sign_up(username=name, password=password, origin=LAPTOP, presented=None)
    assert desk.hasher.work == 0
