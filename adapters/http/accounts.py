"""Accounts: sign up, log in, log out, read, change and delete yourself."""

from typing import Annotated

from litestar import Controller, MediaType, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import Body

from adapters.http.admissions import (
    changed,
    device_of,
    forgotten,
    handed_out,
    logged_out,
    replaced_by,
)
from adapters.http.authentication import PublicRequest, SignedInRequest, let_in_or_out
from adapters.http.cookies import Cookies
from adapters.http.export_views import ReceiptView
from adapters.http.options import PUBLIC
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problems import (
    CROSS_ORIGIN,
    INVALID,
    MALFORMED,
    TIMEOUT,
    TOO_LARGE,
    UNSUPPORTED,
    answers,
)
from adapters.http.views import (
    AdmittedView,
    Confirmation,
    NewAccount,
    NewSession,
    Reset,
    UserUpdate,
    UserView,
    given,
)
from application.account.delete_own_account import DeleteOwnAccount
from application.account.log_in import LogIn
from application.account.log_out import LogOut
from application.account.reset_password import ResetPassword
from application.account.sign_up import SignUp
from application.account.update_own_account import UpdateOwnAccount
from domain.errors import (
    Busy,
    FreshLoginRequired,
    InvalidCode,
    InvalidCredentials,
    InvalidPassword,
    InvalidUsername,
    LastOperator,
    NotSignedIn,
    SignUpClosed,
    StorageFull,
    StorageUnavailable,
    TooManyAttempts,
    UsernameTaken,
)
from domain.secrets import OneTimeCode

_BODY = (MALFORMED, INVALID, CROSS_ORIGIN, TIMEOUT, TOO_LARGE, UNSUPPORTED)
_UNCONFIRMED = Confirmation()


class AccountController(Controller):
    """Everything a person can do with their own account."""

    path = "/api/user"
    tags = ("Account",)

    @post(
        "/signup",
        status_code=200,
        operation_id="signUp",
        summary="Sign up",
        opt=PUBLIC,
        security=[{}],
        responses=answers(
            SignUpClosed,
            InvalidUsername,
            InvalidPassword,
            UsernameTaken,
            TooManyAttempts,
            Busy,
            StorageFull,
            StorageUnavailable,
            also=_BODY,
        ),
    )
    async def sign_up(
        self,
        data: Annotated[NewAccount, Body()],
        request: PublicRequest,
        sign_up: NamedDependency[SignUp],
        jar: NamedDependency[Cookies],
    ) -> Response[AdmittedView]:
        """Create an account and open a session. It replaces the session of this request, if there
        is one.
        """
        admission = await sign_up(
            username=data.username,
            password=data.password,
            caller=caller_of(request),
            presented=replaced_by(request, cookie=data.cookie),
            invitation=given(data.invitation),
            as_bearer=not data.cookie,
        )
        let_in_or_out(request, admission.user.id)
        return handed_out(admission, request.scope["headers"], jar, cookie=data.cookie)

    @post(
        "/login",
        status_code=200,
        operation_id="logIn",
        summary="Log in",
        opt=PUBLIC,
        security=[{}],
        responses=answers(
            InvalidCredentials, TooManyAttempts, Busy, StorageFull, StorageUnavailable, also=_BODY
        ),
    )
    async def log_in(
        self,
        data: Annotated[NewSession, Body()],
        request: PublicRequest,
        log_in: NamedDependency[LogIn],
        jar: NamedDependency[Cookies],
    ) -> Response[AdmittedView]:
        """Open a session. It replaces the session of this request, if there is one. A refusal does
        not say whether the name or the password was wrong. A program that has logged in before
        sends its `device` as `Frontdesk-Device`.
        """
        headers = request.scope["headers"]
        device = device_of(headers, jar, cookie=data.cookie)
        admission = await log_in(
            username=data.username,
            password=data.password,
            caller=caller_of(request),
            presented=replaced_by(request, cookie=data.cookie),
            device=device,
            as_bearer=not data.cookie,
        )
        let_in_or_out(request, admission.user.id)
        return handed_out(admission, headers, jar, cookie=data.cookie, device=device)

    @post(
        "/logout",
        status_code=200,
        media_type=MediaType.TEXT,
        operation_id="logOut",
        summary="Log out",
        opt=PUBLIC,
        security=[{}],
        responses=answers(
            StorageFull, StorageUnavailable, also=(CROSS_ORIGIN, TOO_LARGE, UNSUPPORTED)
        ),
    )
    async def log_out(
        self,
        request: PublicRequest,
        log_out: NamedDependency[LogOut],
        jar: NamedDependency[Cookies],
    ) -> Response[None]:
        """End the session of this request. Without a session it does nothing."""
        user_id = await logged_out(request, jar, log_out)
        let_in_or_out(request, user_id)
        return Response(None, cookies=forgotten(request, jar))

    @post(
        "/reset",
        status_code=200,
        operation_id="resetPassword",
        summary="Reset your password",
        opt=PUBLIC,
        security=[{}],
        responses=answers(
            InvalidCode, InvalidPassword, Busy, StorageFull, StorageUnavailable, also=_BODY
        ),
    )
    async def reset_password(
        self,
        data: Annotated[Reset, Body()],
        request: PublicRequest,
        reset_password: NamedDependency[ResetPassword],
        jar: NamedDependency[Cookies],
    ) -> Response[AdmittedView]:
        """Set a new password with a one-time code of an operator. All sessions of the account end,
        and a new one is opened.
        """
        admission = await reset_password(
            code=OneTimeCode.parse(data.code),
            password=data.password,
            caller=caller_of(request),
            presented=replaced_by(request, cookie=data.cookie),
            as_bearer=not data.cookie,
        )
        let_in_or_out(request, admission.user.id)
        return handed_out(admission, request.scope["headers"], jar, cookie=data.cookie)

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
            also=_BODY,
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
            also=_BODY,
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
