"""Many users at once."""

from typing import Annotated, Literal

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import Body
from msgspec import Meta, Struct, field

from adapters.http.operations.access import BODY, OperatorRequest, answers_operators, operators
from adapters.http.operations.account_view import Reason
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import DOMAIN, INVALID
from application.operators.change_users import ChangeUsers
from domain.batch import (
    BATCH_MAX,
    Change,
    ChangeRoles,
    Disable,
    Enable,
    EndSessions,
    Outcome,
)
from domain.errors import InvalidReason, InvalidRoles, StorageFull
from domain.operator import Scope

Roles = Annotated[list[str], Body(schema_extra={"examples": [["member"]]})]


class Batch(Struct, frozen=True):
    """What is done to whom. `reason` goes with disabling; `add` and `remove` with roles."""

    ids: Annotated[
        list[Annotated[int, Meta(ge=1)]],
        Meta(description="Ids of users.", min_length=1, max_length=BATCH_MAX),
    ]
    action: Annotated[
        Literal["disable", "enable", "end_sessions", "change_roles"],
        Meta(description="What to do with each user."),
    ]
    reason: Reason = ""
    add: Annotated[Roles, Meta(description="Roles to add, for the action `change_roles`.")] = field(
        default_factory=list
    )
    remove: Annotated[
        Roles, Meta(description="Roles to remove, for the action `change_roles`.")
    ] = field(default_factory=list)

    @property
    def change(self) -> Change:
        """As the use case takes it."""
        match self.action:
            case "disable":
                return Disable(self.reason)
            case "enable":
                return Enable()
            case "end_sessions":
                return EndSessions()
            case "change_roles":
                return ChangeRoles(tuple(self.add), tuple(self.remove))


class OutcomeView(Struct, frozen=True):
    """How it went for one user: `changed`, or not, as it was so already or for a problem, whose
    `code` and `detail` are those of a problem document.
    """

    id: Annotated[int, Meta(description="Id of the user.")]
    changed: Annotated[
        bool, Meta(description="Whether it was done; false also if nothing had to change.")
    ]
    code: Annotated[
        str | None,
        Body(
            description="`no_such_user`, `operator_protected`, `operator_in_person_required`, and"
            " `invalid_roles` for too many. After a storage error, this and all later ids have"
            " `storage_unavailable`, `storage_full` or `busy`."
        ),
    ]
    detail: Annotated[
        str | None, Meta(description="The problem in a sentence; null if there is none.")
    ]

    @classmethod
    def of(cls, outcome: Outcome) -> "OutcomeView":
        """As the API shows it."""
        error = outcome.error
        code = DOMAIN[type(error)].code if error else None
        return cls(outcome.user_id, outcome.is_changed, code, str(error) if error else None)

    @classmethod
    def all_of(cls, outcomes: list[Outcome]) -> "list[OutcomeView]":
        """As the API shows it."""
        return [cls.of(each) for each in outcomes]


class BatchController(Controller):
    """Do the same to many users."""

    path = "/api/ops/users/batch"
    tags = ("Operations: data",)

    @post(
        status_code=200,
        operation_id="changeUsers",
        summary="Change many users",
        responses=answers_operators(
            InvalidReason, InvalidRoles, StorageFull, also=(*BODY, INVALID)
        ),
        **operators(Scope.DATA_UPDATE, Scope.DATA_DELETE, Scope.DATA_ROLES),
    )
    async def change_users(
        self,
        request: OperatorRequest,
        data: Annotated[Batch, Body()],
        change_users: NamedDependency[ChangeUsers],
    ) -> list[OutcomeView]:
        """Up to 500 users, one after the other, each with its event. An operator is left as it is,
        with the code `operator_protected`. Ids that are there twice count once. An access token
        needs the scope of the action: `data.update` to disable and enable, `data.delete` to end
        sessions, `data.roles` for roles.
        """
        outcomes = await change_users(
            by=request.user, user_ids=data.ids, change=data.change, caller=caller_of(request)
        )
        return OutcomeView.all_of(outcomes)
