"""Codes that work once, made and used."""

from domain.operator import Operator
from domain.secrets import OneTimeCode
from domain.session import Admission
from domain.user import User
from tests.examples import LAPTOP, OTHER_PASSWORD, PASSWORD, PHONE
from tests.unit.conftest import Desk


async def code_for(desk: Desk, by: Operator, user: User) -> OneTimeCode:
    issued = await desk.use_cases.set_reset_code(by=by, user=user.id, caller=LAPTOP)
    return issued.code


async def reset(desk: Desk, code: OneTimeCode | None, password: str = OTHER_PASSWORD) -> Admission:
    return await desk.use_cases.reset_password(
        code=code, password=password, caller=PHONE, presented=None
    )


async def become(desk: Desk, code: OneTimeCode | None, name: str = "first") -> Admission:
    return await desk.use_cases.set_up(
        code=code, username=name, password=PASSWORD, caller=LAPTOP, presented=None
    )
