"""Operators at work, and what they do to others."""

from collections.abc import Awaitable, Callable

from domain.operator import AccessKey, Operator, Scope
from domain.session import SessionToken
from domain.user import User
from tests.examples import DAY, LAPTOP, MINUTE, OTHER_PASSWORD, PASSWORD, PHONE
from tests.unit.conftest import Desk

HOUR = 60 * MINUTE
NOBODY = 4711


async def became_operator(desk: Desk, name: str = "root") -> SessionToken:
    await desk.create_user(username=name, password=PASSWORD, origin=LAPTOP, is_operator=True)
    return (await desk.logged_in(name)).token


async def at_work(desk: Desk, token: SessionToken, scope: Scope = Scope.DATA_VIEW) -> Operator:
    return await desk.identify_operator(presented=token, key=None, scope=scope)


async def with_key(desk: Desk, key: AccessKey, scope: Scope = Scope.DATA_VIEW) -> Operator:
    return await desk.identify_operator(presented=None, key=key, scope=scope)


async def key_of(desk: Desk, token: SessionToken, *scopes: Scope) -> tuple[AccessKey, int]:
    key, made = await desk.create_token(
        by=await at_work(desk, token),
        name="script",
        scopes=frozenset(scopes),
        lifetime=DAY,
        origin=LAPTOP,
    )
    return key, made.id


Act = Callable[[Desk, Operator, User], Awaitable[object]]


async def rename(desk: Desk, by: Operator, user: User) -> object:
    return await desk.edit_user(
        by=by,
        user_id=user.id,
        version=user.version,
        username="renamed",
        password=None,
        origin=PHONE,
    )


async def set_password(desk: Desk, by: Operator, user: User) -> object:
    return await desk.edit_user(
        by=by,
        user_id=user.id,
        version=user.version,
        username=None,
        password=OTHER_PASSWORD,
        origin=PHONE,
    )


async def disable(desk: Desk, by: Operator, user: User) -> object:
    return await desk.disable_user(by=by, user=user.id, origin=PHONE)


async def remove(desk: Desk, by: Operator, user: User) -> object:
    return await desk.remove_user(by=by, user_id=user.id, origin=PHONE)


async def end_sessions(desk: Desk, by: Operator, user: User) -> object:
    return await desk.end_user_sessions(by=by, user_id=user.id, session_id=None, origin=PHONE)


async def give_code(desk: Desk, by: Operator, user: User) -> object:
    return await desk.set_reset_code(by=by, user_id=user.id, origin=PHONE)
