"""What applications know of a user."""

from typing import Annotated, Any

from litestar import Controller, put
from litestar.di import NamedDependency
from litestar.params import Body
from msgspec import Meta, Struct

from adapters.http.operations.access import BODY, OperatorRequest, answers_operators, operators
from adapters.http.operations.account_view import AccountView
from adapters.http.path_parameters import UserId
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import INVALID
from application.operators.set_labels import SetLabels
from domain.errors import (
    EditConflict,
    FreshLoginRequired,
    InvalidMetadata,
    InvalidRoles,
    NoSuchUser,
    PersonRequired,
    StorageFull,
)
from domain.operator import Scope


class Labels(Struct, frozen=True):
    """What to set in which version; what is left out stays."""

    version: Annotated[int, Meta(description="The version of the row you have read.", ge=1)]
    roles: Annotated[
        list[str] | None,
        Body(
            description="All of them: at most 20, of 1 to 32 of a to z, 0 to 9, dot, hyphen and"
            " underscore.",
            schema_extra={"examples": [["member", "editor"]]},
        ),
    ] = None
    metadata: Annotated[
        dict[str, Any] | None,
        Body(
            description="All of it: at most 4,096 bytes, and 8 levels.",
            schema_extra={"examples": [{"plan": "pro"}]},
        ),
    ] = None


class LabelsController(Controller):
    """Roles and metadata, for applications; they open nothing here."""

    path = "/api/ops/users/{user_id:int}/roles"
    tags = ("Operations: data",)

    @put(
        operation_id="setRoles",
        summary="Set a user's roles and metadata",
        responses=answers_operators(
            NoSuchUser,
            InvalidRoles,
            InvalidMetadata,
            EditConflict,
            PersonRequired,
            FreshLoginRequired,
            StorageFull,
            also=(*BODY, INVALID),
        ),
        **operators(Scope.DATA_ROLES),
    )
    async def set_roles(
        self,
        request: OperatorRequest,
        user_id: UserId,
        data: Annotated[Labels, Body()],
        set_labels: NamedDependency[SetLabels],
    ) -> AccountView:
        """Roles and metadata take effect at the user's next request. Each change is an event with
        the values before and after. `version` is that of the row you have read: if somebody else
        has changed the user since, the change is refused (409). For an operator's account it needs
        an operator with a fresh login.
        """
        user = await set_labels(
            by=request.user,
            user=user_id,
            version=data.version,
            roles=data.roles,
            metadata=data.metadata,
            caller=caller_of(request),
        )
        return AccountView.of(user)
