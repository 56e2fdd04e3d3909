"""The use cases over fakes, put together as in production."""

import operator
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest

from adapters.no_throttle import NoThrottle
from adapters.signing.device_marks import DeviceMarks
from adapters.skeletons import skeleton
from application.operations.queries import Tables
from application.operations.requests import RequestLog, RequestTail
from application.steps.confirm_owner import ConfirmOwner
from domain.account import ExportPart, RequestHistory
from domain.events import Event
from domain.invitation import SignUpMode
from domain.names import NamePolicy
from domain.secrets import SessionToken
from domain.session import Admission, Lifetimes, SessionPolicy, SignedIn
from domain.throttle import Throttle, ThrottlePolicy
from entrypoints.ports import Policies, Ports
from entrypoints.wiring import UseCases, wire
from tests.examples import DAY, LAPTOP, PASSWORD, PHONE
from tests.fakes.store import FakeStore
from tests.fakes.system import (
    FakeClock,
    FakeClockWatch,
    FakeHasher,
    FakeLastSeen,
    FakeProbe,
    FakePseudonyms,
    FakeSecrets,
)
from tests.fakes.traffic import FakeRequestLog, FakeRequestTail, FakeTables


@dataclass
class Desk:
    """Everything at hand, with short ways to say the usual things."""

    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=FakeClock)
    hasher: FakeHasher = field(default_factory=FakeHasher)
    secrets: FakeSecrets = field(default_factory=FakeSecrets)
    last_seen: FakeLastSeen = field(default_factory=FakeLastSeen)
    storage: FakeProbe = field(default_factory=FakeProbe)
    policy: SessionPolicy = field(default_factory=SessionPolicy)
    clock_watch: FakeClockWatch = field(default_factory=FakeClockWatch)
    requests: Tables = field(default_factory=FakeTables)
    request_log: RequestLog = field(default_factory=FakeRequestLog)
    request_tail: RequestTail = field(default_factory=FakeRequestTail)
    own_requests: RequestHistory | None = None
    limits: ThrottlePolicy = field(default_factory=ThrottlePolicy)
    throttle: Throttle = field(default_factory=NoThrottle)
    sign_up: SignUpMode = SignUpMode.OPEN
    names: NamePolicy = field(default_factory=lambda: NamePolicy(skeleton, ("admin", "support")))
    devices: DeviceMarks = field(default_factory=lambda: DeviceMarks(lambda: b"key"))

    _wired: tuple[list[object], UseCases] | None = field(default=None, repr=False)

    @property
    def use_cases(self) -> UseCases:
        """From what is at hand now; put together anew only when that has changed."""
        at_hand = [value for name, value in vars(self).items() if name != "_wired"]
        if self._wired is None or any(map(operator.is_not, at_hand, self._wired[0])):
            self._wired = at_hand, self._wire()
        return self._wired[1]

    def _wire(self) -> UseCases:
        ports = Ports(
            begin=self.store.begin,
            lookup=self.store,
            history=self.store.history,
            last_seen=self.last_seen,
            storage=self.storage,
            throttle=self.throttle,
            quotas=self.throttle,
            hasher=self.hasher,
            secrets=self.secrets,
            pseudonyms=FakePseudonyms(),
            devices=self.devices,
            clock=self.clock,
            clock_watch=self.clock_watch,
            requests=self.requests,
            request_log=self.request_log,
            request_tail=self.request_tail,
            own_requests=self.own_requests,
        )
        policies = Policies(
            names=self.names,
            sign_up=self.sign_up,
            lifetimes=Lifetimes(self.policy),
            limits=self.limits,
            keep_events=30 * DAY,
            batch=3,
        )
        return wire(ports, policies)

    @property
    def confirm_owner(self) -> ConfirmOwner:
        """The step that sensitive changes of one's own have in common."""
        return self.use_cases.delete_own_account.confirm_owner

    def happened(self) -> list[Event]:
        """Every event so far, oldest first."""
        return [recorded.event for recorded in self.store.state.events]

    def kinds(self) -> list[str]:
        return [event.kind.value for event in self.happened()]

    async def signed_up(
        self,
        name: str = "ada",
        presented: SessionToken | None = None,
        invitation: str | None = None,
    ) -> Admission:
        return await self.use_cases.sign_up(
            username=name,
            password=PASSWORD,
            caller=LAPTOP,
            presented=presented,
            invitation=invitation,
        )

    async def logged_in(
        self, name: str = "ada", password: str = PASSWORD, presented: SessionToken | None = None
    ) -> Admission:
        return await self.use_cases.log_in(
            username=name, password=password, caller=LAPTOP, presented=presented
        )

    async def exported(self, token: SessionToken) -> list[ExportPart]:
        parts = await self.export(token)
        return [part async for part in parts]

    async def export(self, token: SessionToken) -> AsyncGenerator[ExportPart, None]:
        return self.use_cases.export_account(
            signed_in=await self.who(token), presented=token, caller=LAPTOP
        )

    async def who(self, token: SessionToken | None) -> SignedIn:
        return await self.use_cases.authenticate(presented=token)

    async def updated(
        self,
        token: SessionToken,
        *,
        username: str | None = None,
        password: str | None = None,
        current_password: str | None = None,
        keep_access_tokens: bool = False,
        device: str | None = None,
    ) -> Admission:
        updated = await self.use_cases.update_own_account(
            signed_in=await self.who(token),
            presented=token,
            caller=PHONE,
            username=username,
            password=password,
            current_password=current_password,
            keep_access_tokens=keep_access_tokens,
            device=device,
        )
        return updated.admission or Admission(
            token, updated.user, self.policy.absolute, self.clock.now() + self.policy.absolute
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()
