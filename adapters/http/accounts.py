"""Read, change and delete your account."""

from typing import Annotated

from litestar import Controller, Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import Body

from adapters.http.admissions import (
    changed,
    device_of,
    forgotten,
)
from adapters.http.authentication import SignedInRequest
from adapters.http.cookies import Cookies
from adapters.http.export_views import ReceiptView
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import WITH_BODY
from adapters.http.problems import answers
from adapters.http.views import (
    AdmittedView,
    Confirmation,
    UserUpdate,
    UserView,
    given,
)
from application.account.delete_own_account import DeleteOwnAccount
from application.account.update_own_account import UpdateOwnAccount
from domain.errors import (
    Busy,
    FreshLoginRequired,
    InvalidCredentials,
    InvalidPassword,
    InvalidUsername,
    LastOperator,
    NotSignedIn,
    StorageFull,
    StorageUnavailable,
    TooManyAttempts,
    UsernameTaken,
)

_UNCONFIRMED = Confirmation()


class AccountController(Controller):
    """What a person can do with their own account."""

    path = "/api/user"
    tags = ("Account",)

    @get(
        operation_id="getUser",
        summary="Get your account",
        responses=answers(NotSignedIn, StorageUnavailable),
    )
    async def get_user(self, request: SignedInRequest) -> UserView:
        """The account of this session."""
        # Mostly, signed_in_reads.py has answered before.
        return UserView.of(request.user.user)

    @put(
        operation_id="updateUser",
        summary="Change your account",
        responses=answers(
            InvalidUsername,
            InvalidPassword,
            UsernameTaken,
            NotSignedIn,
            InvalidCredentials,
            FreshLoginRequired,
            TooManyAttempts,
            Busy,
            StorageFull,
            StorageUnavailable,
            also=WITH_BODY,
        ),
    )
    async def update_user(
        self,
        data: Annotated[UserUpdate, Body()],
        request: SignedInRequest,
        update_own_account: NamedDependency[UpdateOwnAccount],
        jar: NamedDependency[Cookies],
    ) -> Response[AdmittedView]:
        """Change the name, the password, or both. Fields that are left out stay as they are.

        A new password needs `current_password`, unless the login was within the last 10 minutes
        (`FRONTDESK_FRESH_LOGIN_MINUTES`). It ends all other sessions and renews the token of this
        one: a new cookie, or `token` in the answer for a program. Access tokens of an operator end
        too, unless `keep_access_tokens` is true and the login is fresh.

        Rate limits: 10 changes of the name an hour, refused ones included; 60 changes an hour; 60
        new passwords and logins an hour.
        """
        headers, is_browser = request.scope["headers"], not request.auth.is_bearer
        device = device_of(headers, jar, cookie=is_browser)
        updated = await update_own_account(
            signed_in=request.user,
            presented=request.auth,
            caller=caller_of(request),
            username=given(data.username),
            password=given(data.password),
            current_password=given(data.current_password),
            keep_access_tokens=data.keep_access_tokens,
            device=device,
        )
        return changed(updated, headers, jar, cookie=is_browser, device=device)

    @delete(
        status_code=200,
        operation_id="deleteAccount",
        summary="Delete your account",
        responses=answers(
            NotSignedIn,
            InvalidCredentials,
            FreshLoginRequired,
            LastOperator,
            TooManyAttempts,
            Busy,
            StorageFull,
            StorageUnavailable,
            also=WITH_BODY,
        ),
    )
    async def delete_account(
        self,
        request: SignedInRequest,
        delete_own_account: NamedDependency[DeleteOwnAccount],
        jar: NamedDependency[Cookies],
        data: Annotated[Confirmation, Body()] = _UNCONFIRMED,
    ) -> Response[ReceiptView]:
        """Delete the account, its sessions, and personal data in its events. This cannot be undone.

        It needs `current_password`, unless the login was within the last 10 minutes
        (`FRONTDESK_FRESH_LOGIN_MINUTES`). Nobody else can take the name for 90 days; the id is
        never used again. The last operator cannot be deleted.
        """
        receipt = await delete_own_account(
            signed_in=request.user,
            presented=request.auth,
            caller=caller_of(request),
            current_password=given(data.current_password),
        )
        return Response(ReceiptView.of(receipt), cookies=forgotten(request, jar))
