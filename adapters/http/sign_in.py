"""Sign up, log in, log out, and in again with an operator's code."""

from typing import Annotated

from litestar import Controller, MediaType, Response, post
from litestar.di import NamedDependency
from litestar.params import Body

from adapters.http.admissions import (
    device_of,
    forgotten,
    handed_out,
    logged_out,
    replaced_by,
)
from adapters.http.authentication import PublicRequest, let_in_or_out
from adapters.http.cookies import Cookies
from adapters.http.options import PUBLIC
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import CROSS_ORIGIN, TOO_LARGE, UNSUPPORTED, WITH_BODY
from adapters.http.problems import answers
from adapters.http.views import (
    AdmittedView,
    Confirmation,
    NewAccount,
    NewSession,
    Reset,
    given,
)
from application.account.log_in import LogIn
from application.account.log_out import LogOut
from application.account.reset_password import ResetPassword
from application.account.sign_up import SignUp
from domain.errors import (
    Busy,
    InvalidCode,
    InvalidCredentials,
    InvalidPassword,
    InvalidUsername,
    SignUpClosed,
    StorageFull,
    StorageUnavailable,
    TooManyAttempts,
    UsernameTaken,
)
from domain.secrets import OneTimeCode

_UNCONFIRMED = Confirmation()


class SignInController(Controller):
    """How a person gets in, and out."""

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
            also=WITH_BODY,
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
            InvalidCredentials,
            TooManyAttempts,
            Busy,
            StorageFull,
            StorageUnavailable,
            also=WITH_BODY,
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
            InvalidCode, InvalidPassword, Busy, StorageFull, StorageUnavailable, also=WITH_BODY
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
