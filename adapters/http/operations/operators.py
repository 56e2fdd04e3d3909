"""Who is an operator."""

from litestar import Controller, post
from litestar.di import NamedDependency

from adapters.http.operations.access import OperatorRequest, answers_operators, in_person
from adapters.http.operations.account_view import AccountView
from adapters.http.path_parameters import UserId
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import INVALID
from application.operators.demote_operator import DemoteOperator
from application.operators.promote_user import PromoteUser
from domain.errors import (
    FreshLoginRequired,
    LastOperator,
    NoSuchUser,
    PersonRequired,
    StorageFull,
)
from domain.operator import Scope

_WRITE = (NoSuchUser, PersonRequired, FreshLoginRequired, StorageFull)
_LEAVE = (*_WRITE, LastOperator)
_UNTYPED = (INVALID,)


class OperatorsController(Controller):
    """Make users operators, and operators users. It takes an operator in person."""

    path = "/api/ops/users"
    tags = ("Operations: data",)

    @post(
        "/{user_id:int}/promote",
        status_code=200,
        operation_id="promoteUser",
        summary="Promote a user to operator",
        responses=answers_operators(*_WRITE, also=_UNTYPED),
        **in_person(Scope.DATA_UPDATE),
    )
    async def promote(
        self,
        request: OperatorRequest,
        user_id: UserId,
        promote_user: NamedDependency[PromoteUser],
    ) -> AccountView:
        """Needs an operator with a fresh login; an access token is not enough. Sessions of the user
        last as long as those of operators from now on.
        """
        return AccountView.of(
            await promote_user(by=request.user, user=user_id, caller=caller_of(request))
        )

    @post(
        "/{user_id:int}/demote",
        status_code=200,
        operation_id="demoteOperator",
        summary="Demote an operator",
        responses=answers_operators(*_LEAVE, also=_UNTYPED),
        **in_person(Scope.DATA_UPDATE),
    )
    async def demote(
        self,
        request: OperatorRequest,
        user_id: UserId,
        demote_operator: NamedDependency[DemoteOperator],
    ) -> AccountView:
        """Ends access tokens and codes that the operator made. The account and its sessions stay.
        It needs an operator with a fresh login; an access token is not enough. The last operator
        cannot be demoted.
        """
        return AccountView.of(
            await demote_operator(by=request.user, user=user_id, caller=caller_of(request))
        )
