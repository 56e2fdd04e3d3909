"""The use cases, put together from fakes."""

from dataclasses import dataclass, field

import pytest

from application.authenticate import Authenticate
from application.log_in import LogIn
from application.log_out import LogOut
from application.sign_up import SignUp
from application.update_user import UpdateUser
from domain.password import PasswordPolicy
from domain.session import Admission, SessionPolicy, SessionToken, SignedIn
from tests.examples import LAPTOP, PASSWORD
from tests.fakes.store import FakeStore
from tests.fakes.system import FakeClock, FakeHasher, FakeLastSeen, FakeTokens


@dataclass
class Desk:
    """Everything at hand, with short ways to say the usual things."""

    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=FakeClock)
    hasher: FakeHasher = field(default_factory=FakeHasher)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    last_seen: FakeLastSeen = field(default_factory=FakeLastSeen)
    policy: SessionPolicy = field(default_factory=SessionPolicy)

    @property
    def sign_up(self) -> SignUp:
        return SignUp(
            self.store.begin, self.hasher, self.clock, self.tokens, PasswordPolicy(), self.policy
        )

    @property
    def log_in(self) -> LogIn:
        return LogIn(
            self.store.begin, self.store, self.hasher, self.clock, self.tokens, self.policy
        )

    @property
    def log_out(self) -> LogOut:
        return LogOut(self.store.begin)

    @property
    def authenticate(self) -> Authenticate:
        return Authenticate(self.store, self.last_seen, self.clock, self.policy)

    @property
    def update_user(self) -> UpdateUser:
        return UpdateUser(
            self.store.begin, self.hasher, self.clock, self.tokens, PasswordPolicy(), self.policy
        )

    async def signed_up(
        self, name: str = "ada", presented: SessionToken | None = None
    ) -> Admission:
        return await self.sign_up(
            username=name, password=PASSWORD, origin=LAPTOP, presented=presented
        )

    async def logged_in(
        self, name: str = "ada", password: str = PASSWORD, presented: SessionToken | None = None
    ) -> Admission:
        return await self.log_in(
            username=name, password=password, origin=LAPTOP, presented=presented
        )

    async def who(self, token: SessionToken | None) -> SignedIn:
        return await self.authenticate(presented=token)

    async def updated(
        self,
        token: SessionToken,
        *,
        username: str | None = None,
        password: str | None = None,
        current_password: str | None = None,
    ) -> Admission:
        return await self.update_user(
            signed_in=await self.who(token),
            presented=token,
            username=username,
            password=password,
            current_password=current_password,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()
