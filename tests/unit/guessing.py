"""Logins that are counted, and guesses among them."""

import pytest

from domain.errors import Busy, InvalidCredentials, TooManyAttempts
from domain.network import Client
from domain.password import Password, PasswordHash
from domain.session import Admission, Caller
from tests.examples import PASSWORD
from tests.fakes.system import NOBODY, FakeHasher
from tests.unit.conftest import Desk

WRONG, WAIT = InvalidCredentials, TooManyAttempts


async def log_in(
    desk: Desk,
    name: str = "ada",
    password: str = PASSWORD,
    address: str = "192.0.2.1",
    device: str | None = None,
) -> Admission:
    return await desk.use_cases.log_in(
        username=name,
        password=password,
        caller=Caller(address, ""),
        presented=None,
        device=device,
    )


async def guess(desk: Desk, count: int, **details: str) -> list[type[Exception]]:
    outcomes: list[type[Exception]] = []
    for _ in range(count):
        with pytest.raises((InvalidCredentials, TooManyAttempts)) as refusal:
            await log_in(desk, **{"password": "wrong", **details})
        outcomes.append(refusal.type)
    return outcomes


class BusyHasher(FakeHasher):
    """Had a turn to offer, and lost it."""

    async def hash(self, password: Password, *, client: Client = NOBODY) -> PasswordHash:
        raise Busy

    async def verify(
        self, password: Password, password_hash: PasswordHash | None, *, client: Client = NOBODY
    ) -> bool:
        raise Busy
