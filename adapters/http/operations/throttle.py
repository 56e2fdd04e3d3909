"""What holds an account back, and how it is lifted."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, delete, get
from litestar.di import NamedDependency
from msgspec import Meta, Struct

from adapters.http.operations.access import OperatorRequest, answers_operators, operators
from adapters.http.path_parameters import UserId
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import INVALID
from application.operators.reset_throttle import ResetThrottle
from application.operators.show_throttle import ShowThrottle
from domain.errors import FreshLoginRequired, NoSuchUser, PersonRequired, StorageFull
from domain.operator import Scope
from domain.throttle import LimitName, Waits


class WaitView(Struct, frozen=True):
    """Attempts that count against an account now. `network` is whose they are, where networks are
    counted apart (`account_network`).
    """

    limit: LimitName
    network: Annotated[
        str | None,
        Meta(
            description="The network it is about; null if it is about all.", examples=["192.0.2.1"]
        ),
    ]
    attempts: Annotated[int, Meta(description="Since the window began.")]
    until: Annotated[
        datetime | None,
        Meta(description="When the next one passes, RFC 3339; null if it need not wait."),
    ]


class ThrottleView(Struct, frozen=True):
    """What counts against an account now, the longest wait first. `waits_until` is the end of the
    longest, or null; `more` is how many further ones there are beyond a hundred.
    """

    waits_until: Annotated[
        datetime | None,
        Meta(
            description="End of the longest wait of any of these rate limits; null if there is"
            " none."
        ),
    ]
    waits: Annotated[
        list[WaitView],
        Meta(description="Rate limits that have counted something, the longest wait first."),
    ]
    more: Annotated[int, Meta(description="Further rate limits that are not listed.")]

    @classmethod
    def of(cls, found: Waits) -> "ThrottleView":
        """As the API shows it."""
        waits = [
            WaitView(each.limit, each.network, each.attempts, each.until) for each in found.waits
        ]
        return cls(found.until, waits, found.more)


class ThrottleReset(Struct, frozen=True):
    """How many counts of attempts were forgotten."""

    forgotten: Annotated[int, Meta(description="Counters that were removed.")]


class ThrottleController(Controller):
    """Help those who cannot log in because of too many attempts."""

    path = "/api/ops/users/{user_id:int}/throttle"
    tags = ("Operations: data",)

    @get(
        operation_id="showThrottle",
        summary="Show rate limits of a user",
        responses=answers_operators(NoSuchUser, also=(INVALID,)),
        **operators(Scope.DATA_VIEW),
    )
    async def show(
        self, user_id: UserId, show_throttle: NamedDependency[ShowThrottle]
    ) -> ThrottleView:
        """The rate limits of this account with at least one recorded attempt. Rate limits of whole
        networks (logins by minutes and by day, sign-ups) are not listed: a user in a shared network
        may have to wait although the list is empty. It is empty with `FRONTDESK_THROTTLE=off`.
        """
        return ThrottleView.of(await show_throttle(user_id=user_id))

    @delete(
        status_code=200,
        operation_id="resetThrottle",
        summary="Reset rate limits of a user",
        responses=answers_operators(
            NoSuchUser, PersonRequired, FreshLoginRequired, StorageFull, also=(INVALID,)
        ),
        **operators(Scope.DATA_UPDATE),
    )
    async def reset(
        self,
        request: OperatorRequest,
        user_id: UserId,
        reset_throttle: NamedDependency[ResetThrottle],
    ) -> ThrottleReset:
        """Forgets what was counted for this account, wrong passwords of strangers included. Rate
        limits of whole networks stay. For an operator's account it needs an operator with a fresh
        login.
        """
        return ThrottleReset(
            await reset_throttle(by=request.user, user=user_id, caller=caller_of(request))
        )
