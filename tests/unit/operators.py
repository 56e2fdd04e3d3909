"""Operators at work, and what they do to others."""

from collections.abc import Awaitable, Callable

from domain.buckets import Bucket
from domain.operator import Operator, Scope
from domain.secrets import AccessKey, SessionToken
from domain.user import User
from tests.examples import DAY, LAPTOP, MINUTE, OTHER_PASSWORD, PASSWORD, PHONE
from tests.unit.conftest import Desk

HOUR = 60 * MINUTE
NOBODY = 4711


async def became_operator(desk: Desk, name: str = "root") -> SessionToken:
    await desk.use_cases.create_user(
        username=name, password=PASSWORD, caller=LAPTOP, is_operator=True
    )
    return (await desk.logged_in(name)).token


async def at_work(desk: Desk, token: SessionToken, scope: Scope = Scope.DATA_VIEW) -> Operator:
    return await desk.use_cases.identify_operator(presented=token, key=None, scopes=[scope])


async def with_key(desk: Desk, key: AccessKey, scope: Scope = Scope.DATA_VIEW) -> Operator:
    return await desk.use_cases.identify_operator(presented=None, key=key, scopes=[scope])


async def key_of(desk: Desk, token: SessionToken, *scopes: Scope) -> tuple[AccessKey, int]:
    issued = await desk.use_cases.create_token(
        by=await at_work(desk, token),
        name="script",
        scopes=frozenset(scopes),
        lifetime=DAY,
        caller=LAPTOP,
    )
    return issued.key, issued.token.id


Act = Callable[[Desk, Operator, User], Awaitable[object]]


async def rename(desk: Desk, by: Operator, user: User) -> object:
    return await desk.use_cases.update_user_as_operator(
        by=by,
        user=user.id,
        version=user.version,
        username="renamed",
        password=None,
        caller=PHONE,
    )


async def set_password(desk: Desk, by: Operator, user: User) -> object:
    return await desk.use_cases.update_user_as_operator(
        by=by,
        user=user.id,
        version=user.version,
        username=None,
        password=OTHER_PASSWORD,
        caller=PHONE,
    )


async def disable(desk: Desk, by: Operator, user: User) -> object:
    return await desk.use_cases.disable_user(by=by, user=user.id, caller=PHONE)


async def remove(desk: Desk, by: Operator, user: User) -> object:
    return await desk.use_cases.delete_user_as_operator(by=by, user=user.id, caller=PHONE)


async def end_sessions(desk: Desk, by: Operator, user: User) -> object:
    return await desk.use_cases.end_user_sessions(
        by=by, user=user.id, session_id=None, caller=PHONE
    )


async def give_code(desk: Desk, by: Operator, user: User) -> object:
    return await desk.use_cases.set_reset_code(by=by, user=user.id, caller=PHONE)


async def reset_throttle(desk: Desk, by: Operator, user: User) -> object:
    desk.store.buckets[f"renames {user.id}"] = Bucket(desk.clock.now(), 1)
    return await desk.use_cases.reset_throttle(by=by, user=user.id, caller=PHONE)


ACTS = [rename, set_password, disable, remove, end_sessions, give_code, reset_throttle]
