"""The use cases, put together from fakes."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from adapters.device_marks import DeviceMarks
from adapters.throttle.memory import NoThrottle
from application.authenticate import Authenticate
from application.begin_as_operator import BeginAsOperator
from application.clean_up import CleanUp
from application.confirm_owner import ConfirmOwner
from application.create_token import CreateToken
from application.create_user import CreateUser
from application.delete_account import DeleteAccount
from application.demote_operator import DemoteOperator
from application.disable_user import DisableUser
from application.edit_user import EditUser
from application.end_other_sessions import EndOtherSessions
from application.end_session import EndSession
from application.end_user_sessions import EndUserSessions
from application.export_account import ExportAccount
from application.identify_operator import IdentifyOperator
from application.list_events import ListEvents
from application.list_sessions import ListSessions
from application.log_in import LogIn
from application.log_out import LogOut
from application.offer_set_up import OfferSetUp
from application.open_session import OpenSession
from application.remove_user import RemoveUser
from application.reset_password import ResetPassword
from application.revoke_token import RevokeToken
from application.set_reset_code import SetResetCode
from application.set_up import SetUp
from application.sign_up import SignUp
from application.update_user import UpdateUser
from domain.account import ExportPart
from domain.events import Event
from domain.password import PasswordPolicy
from domain.ports import Throttle
from domain.queries import Tables
from domain.session import Admission, Lifetimes, SessionPolicy, SessionToken, SignedIn
from domain.throttle import ThrottlePolicy
from tests.examples import DAY, LAPTOP, PASSWORD, PHONE
from tests.fakes.store import FakeStore
from tests.fakes.system import (
    FakeClock,
    FakeClockWatch,
    FakeHasher,
    FakeLastSeen,
    FakePseudonyms,
    FakeTokens,
)


@dataclass
class Desk:
    """Everything at hand, with short ways to say the usual things."""

    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=FakeClock)
    hasher: FakeHasher = field(default_factory=FakeHasher)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    last_seen: FakeLastSeen = field(default_factory=FakeLastSeen)
    policy: SessionPolicy = field(default_factory=SessionPolicy)

    clock_watch: FakeClockWatch = field(default_factory=FakeClockWatch)
    requests: Tables | None = None

    limits: ThrottlePolicy = field(default_factory=ThrottlePolicy)
    throttle: Throttle = field(default_factory=NoThrottle)
    devices: DeviceMarks = field(default_factory=lambda: DeviceMarks(lambda: b"key"))

    @property
    def lifetimes(self) -> Lifetimes:
        return Lifetimes(self.policy)

    @property
    def begin_as(self) -> BeginAsOperator:
        return BeginAsOperator(self.store.begin, self.clock, self.lifetimes)

    @property
    def open_session(self) -> OpenSession:
        return OpenSession(self.clock, self.tokens, self.lifetimes)

    @property
    def confirm_owner(self) -> ConfirmOwner:
        return ConfirmOwner(
            self.store.begin, self.hasher, self.clock, self.lifetimes, self.throttle, self.limits
        )

    @property
    def sign_up(self) -> SignUp:
        return SignUp(
            self.store.begin,
            self.hasher,
            self.clock,
            self.open_session,
            PasswordPolicy(),
            self.throttle,
            self.limits,
            self.devices,
        )

    @property
    def log_in(self) -> LogIn:
        return LogIn(
            self.store.begin,
            self.store,
            self.hasher,
            self.clock,
            self.open_session,
            FakePseudonyms(),
            self.throttle,
            self.limits,
            self.devices,
        )

    @property
    def log_out(self) -> LogOut:
        return LogOut(self.store.begin, self.store, self.clock)

    @property
    def authenticate(self) -> Authenticate:
        return Authenticate(self.store, self.last_seen, self.clock, self.lifetimes)

    @property
    def update_user(self) -> UpdateUser:
        return UpdateUser(
            self.store.begin,
            self.confirm_owner,
            self.hasher,
            self.clock,
            self.tokens,
            PasswordPolicy(),
            self.lifetimes,
            self.throttle,
            self.limits,
            self.devices,
        )

    @property
    def delete_account(self) -> DeleteAccount:
        return DeleteAccount(self.store.begin, self.confirm_owner, self.clock)

    @property
    def disable_user(self) -> DisableUser:
        return DisableUser(self.begin_as, self.store, self.clock)

    @property
    def demote_operator(self) -> DemoteOperator:
        return DemoteOperator(self.begin_as, self.store, self.clock)

    @property
    def list_sessions(self) -> ListSessions:
        return ListSessions(self.store.records, self.clock, self.lifetimes)

    @property
    def end_session(self) -> EndSession:
        return EndSession(self.store.begin, self.store.records, self.clock)

    @property
    def end_other_sessions(self) -> EndOtherSessions:
        return EndOtherSessions(self.store.begin, self.clock)

    @property
    def list_events(self) -> ListEvents:
        return ListEvents(self.store.records)

    @property
    def export_account(self) -> ExportAccount:
        return ExportAccount(
            self.store.records,
            self.requests,
            self.authenticate,
            self.clock,
            self.throttle,
            self.limits,
        )

    @property
    def clean_up(self) -> CleanUp:
        return CleanUp(
            self.store.begin,
            self.clock,
            self.clock_watch,
            self.throttle,
            keep_events=30 * DAY,
            batch=3,
        )

    @property
    def identify_operator(self) -> IdentifyOperator:
        return IdentifyOperator(
            self.authenticate, self.store, self.last_seen, self.clock, self.lifetimes
        )

    @property
    def create_user(self) -> CreateUser:
        return CreateUser(self.begin_as, self.hasher, self.clock, PasswordPolicy())

    @property
    def edit_user(self) -> EditUser:
        return EditUser(self.begin_as, self.hasher, self.clock, PasswordPolicy())

    @property
    def remove_user(self) -> RemoveUser:
        return RemoveUser(self.begin_as, self.clock)

    @property
    def end_user_sessions(self) -> EndUserSessions:
        return EndUserSessions(self.begin_as, self.clock)

    @property
    def set_reset_code(self) -> SetResetCode:
        return SetResetCode(self.begin_as, self.clock, self.tokens)

    @property
    def reset_password(self) -> ResetPassword:
        return ResetPassword(
            self.store.begin,
            self.store,
            self.hasher,
            self.clock,
            self.open_session,
            PasswordPolicy(),
            self.devices,
        )

    @property
    def offer_set_up(self) -> OfferSetUp:
        return OfferSetUp(self.store.begin, self.clock, self.tokens)

    @property
    def set_up(self) -> SetUp:
        return SetUp(
            self.store.begin,
            self.store,
            self.hasher,
            self.clock,
            self.open_session,
            PasswordPolicy(),
        )

    @property
    def create_token(self) -> CreateToken:
        return CreateToken(self.begin_as, self.clock, self.tokens)

    @property
    def revoke_token(self) -> RevokeToken:
        return RevokeToken(self.begin_as, self.clock)

    def happened(self) -> list[Event]:
        """Every event so far, oldest first."""
        return [recorded.event for recorded in self.store.state.events]

    def kinds(self) -> list[str]:
        return [event.kind.value for event in self.happened()]

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

    async def exported(self, token: SessionToken) -> list[ExportPart]:
        parts = await self.export(token)
        return [part async for part in parts]

    async def export(self, token: SessionToken) -> AsyncGenerator[ExportPart, None]:
        return self.export_account(signed_in=await self.who(token), presented=token, origin=LAPTOP)

    async def who(self, token: SessionToken | None) -> SignedIn:
        return await self.authenticate(presented=token)

    async def updated(
        self,
        token: SessionToken,
        *,
        username: str | None = None,
        password: str | None = None,
        current_password: str | None = None,
        keep_keys: bool = False,
        device: str | None = None,
    ) -> Admission:
        user, renewed = await self.update_user(
            signed_in=await self.who(token),
            presented=token,
            origin=PHONE,
            username=username,
            password=password,
            current_password=current_password,
            keep_keys=keep_keys,
            device=device,
        )
        return renewed or Admission(token, user, self.policy.absolute)


@pytest.fixture
def desk() -> Desk:
    return Desk()
