"""Everybody's accounts, through the same use cases as everywhere."""

from datetime import datetime
from typing import Annotated

from litestar import Controller, delete, patch, post
from litestar.di import NamedDependency
from litestar.params import Body
from msgspec import UNSET, Meta, Struct, UnsetType

from adapters.http.export_views import ReceiptView
from adapters.http.operations.access import (
    BODY,
    OperatorRequest,
    answers_operators,
    operators,
)
from adapters.http.operations.account_view import AccountView, Disabling
from adapters.http.path_parameters import SessionId, UserId
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import INVALID
from adapters.http.views import Credentials, Ended, Name, Secret, given
from application.operators.create_user import CreateUser
from application.operators.delete_user_as_operator import DeleteUserAsOperator
from application.operators.disable_user import DisableUser
from application.operators.enable_user import EnableUser
from application.operators.end_user_sessions import EndUserSessions
from application.operators.set_reset_code import SetResetCode
from application.operators.update_user_as_operator import UpdateUserAsOperator
from domain.errors import (
    Busy,
    EditConflict,
    FreshLoginRequired,
    InvalidPassword,
    InvalidReason,
    InvalidUsername,
    LastOperator,
    NoSuchSession,
    NoSuchUser,
    PersonRequired,
    StorageFull,
    UsernameTaken,
)
from domain.operator import Scope

_WRITE = (NoSuchUser, PersonRequired, FreshLoginRequired, StorageFull)
_LEAVE = (*_WRITE, LastOperator)
_UNTYPED = (INVALID,)


class AccountEdit(Struct, frozen=True):
    """What to change in which version; what is left out stays."""

    version: Annotated[int, Meta(description="The version of the row you have read.", ge=1)]
    username: Name | UnsetType = UNSET
    password: Secret | UnsetType = UNSET


class ResetCodeView(Struct, frozen=True):
    """A code for `POST /api/user/reset`. It is shown this once."""

    code: Annotated[
        str, Meta(description="Shown once. The user sends it to `POST /api/user/reset`.")
    ]
    expires: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]


_WITHOUT_REASON = Disabling()


class UsersController(Controller):
    """Create, change and remove users. What is done here is on record, with who did it."""

    path = "/api/ops/users"
    tags = ("Operations: data",)

    @post(
        status_code=200,
        operation_id="createUser",
        summary="Create a user",
        responses=answers_operators(
            InvalidUsername,
            InvalidPassword,
            UsernameTaken,
            Busy,
            StorageFull,
            also=(*BODY, INVALID),
        ),
        **operators(Scope.DATA_CREATE),
    )
    async def create_user(
        self,
        request: OperatorRequest,
        data: Annotated[Credentials, Body()],
        create_user: NamedDependency[CreateUser],
    ) -> AccountView:
        """Creates an account without a session. The name may be a reserved one."""
        user = await create_user(
            by=request.user,
            username=data.username,
            password=data.password,
            caller=caller_of(request),
        )
        return AccountView.of(user)

    @patch(
        "/{user_id:int}",
        operation_id="editUser",
        summary="Change a user's name or password",
        responses=answers_operators(
            *_WRITE,
            InvalidUsername,
            InvalidPassword,
            UsernameTaken,
            EditConflict,
            Busy,
            also=(*BODY, INVALID),
        ),
        **operators(Scope.DATA_UPDATE),
    )
    async def edit_user(
        self,
        request: OperatorRequest,
        user_id: UserId,
        data: Annotated[AccountEdit, Body()],
        update_user_as_operator: NamedDependency[UpdateUserAsOperator],
    ) -> AccountView:
        """A new password ends all sessions. `version` is that of the row you have
        read: if somebody else has changed the user since, the change is refused (409).
        """
        user = await update_user_as_operator(
            by=request.user,
            user=user_id,
            version=data.version,
            username=given(data.username),
            password=given(data.password),
            caller=caller_of(request),
        )
        return AccountView.of(user)

    @post(
        "/{user_id:int}/disable",
        status_code=200,
        operation_id="disableUser",
        summary="Disable a user",
        responses=answers_operators(*_LEAVE, InvalidReason, also=(*BODY, INVALID)),
        **operators(Scope.DATA_UPDATE),
    )
    async def disable(
        self,
        request: OperatorRequest,
        user_id: UserId,
        disable_user: NamedDependency[DisableUser],
        data: Annotated[Disabling, Body()] = _WITHOUT_REASON,
    ) -> AccountView:
        """Ends all sessions and access tokens, and refuses logins as if the password were wrong.
        The last operator cannot be disabled. The `reason` is stored in the event, which the user
        can read when enabled again.
        """
        return AccountView.of(
            await disable_user(
                by=request.user, user=user_id, reason=data.reason, caller=caller_of(request)
            )
        )

    @post(
        "/{user_id:int}/enable",
        status_code=200,
        operation_id="enableUser",
        summary="Enable a user",
        responses=answers_operators(*_WRITE, also=_UNTYPED),
        **operators(Scope.DATA_UPDATE),
    )
    async def enable(
        self,
        request: OperatorRequest,
        user_id: UserId,
        enable_user: NamedDependency[EnableUser],
    ) -> AccountView:
        """Logins are accepted again, with the same password."""
        return AccountView.of(
            await enable_user(by=request.user, user=user_id, caller=caller_of(request))
        )

    @delete(
        "/{user_id:int}",
        status_code=200,
        operation_id="removeUser",
        summary="Delete a user",
        responses=answers_operators(*_LEAVE, also=_UNTYPED),
        **operators(Scope.DATA_DELETE),
    )
    async def remove(
        self,
        request: OperatorRequest,
        user_id: UserId,
        delete_user_as_operator: NamedDependency[DeleteUserAsOperator],
    ) -> ReceiptView:
        """Deletes the account, its sessions, and personal data in its events. This cannot be
        undone. A session needs a fresh login.
        """
        return ReceiptView.of(
            await delete_user_as_operator(by=request.user, user=user_id, caller=caller_of(request))
        )

    @post(
        "/{user_id:int}/reset-code",
        status_code=200,
        operation_id="setResetCode",
        summary="Create a reset code",
        responses=answers_operators(*_WRITE, also=_UNTYPED),
        **operators(Scope.DATA_UPDATE),
    )
    async def reset_code(
        self,
        request: OperatorRequest,
        user_id: UserId,
        set_reset_code: NamedDependency[SetResetCode],
    ) -> ResetCodeView:
        """A one-time code with which the user sets a new password, for 24 hours. A session needs a
        fresh login. The code becomes invalid if you, or the access token that created it, lose the
        permission to create codes.
        """
        issued = await set_reset_code(by=request.user, user=user_id, caller=caller_of(request))
        return ResetCodeView(issued.code.value, issued.stored.expires_at)

    @delete(
        "/{user_id:int}/sessions",
        status_code=200,
        operation_id="endUserSessions",
        summary="End all sessions of a user",
        responses=answers_operators(*_WRITE, also=_UNTYPED),
        **operators(Scope.DATA_DELETE),
    )
    async def end_sessions(
        self,
        request: OperatorRequest,
        user_id: UserId,
        end_user_sessions: NamedDependency[EndUserSessions],
    ) -> Ended:
        """The answer says how many ended."""
        ended = await end_user_sessions(
            by=request.user, user=user_id, session_id=None, caller=caller_of(request)
        )
        return Ended(ended)

    @delete(
        "/{user_id:int}/sessions/{session_id:int}",
        status_code=200,
        operation_id="endUserSession",
        summary="End one session of a user",
        responses=answers_operators(*_WRITE, NoSuchSession, also=_UNTYPED),
        **operators(Scope.DATA_DELETE),
    )
    async def end_session(
        self,
        request: OperatorRequest,
        user_id: UserId,
        session_id: SessionId,
        end_user_sessions: NamedDependency[EndUserSessions],
    ) -> Ended:
        """The next request of that session is refused."""
        ended = await end_user_sessions(
            by=request.user, user=user_id, session_id=session_id, caller=caller_of(request)
        )
        return Ended(ended)
