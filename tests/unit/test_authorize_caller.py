"""Whether a caller may use an application."""

import pytest

from domain.errors import NotSignedIn, RoleMissing
from tests.unit.conftest import Desk


async def test_nobody_is_let_through(desk: Desk) -> None:
    with pytest.raises(NotSignedIn):
        await desk.use_cases.authorize_caller(presented=None)


async def test_who_is_signed_in_is_let_through_where_no_role_is_needed(desk: Desk) -> None:
    ada = await desk.signed_up()
    found = await desk.use_cases.authorize_caller(presented=ada.token)
    assert found.user.id == ada.user.id


async def test_one_of_the_roles_is_enough_and_none_is_not(desk: Desk) -> None:
    ada = await desk.signed_up()
    with pytest.raises(RoleMissing) as refusal:
        await desk.use_cases.authorize_caller(presented=ada.token, roles=["member", "admin"])
    assert refusal.value.user_id == ada.user.id, "for the record of the request"
