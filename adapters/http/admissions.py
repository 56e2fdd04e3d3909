"""How a new session is handed out: in a cookie, or to a program in the body of the answer."""

from litestar import Response
from litestar.datastructures import Cookie

from adapters.http.authentication import PublicRequest, SignedInRequest
from adapters.http.bearer import is_bearer_of_session
from adapters.http.cookies import Cookies, Headers
from adapters.http.pipeline.client_address import caller_of
from adapters.http.views import AdmittedView
from application.account.log_out import LogOut
from domain.account import UpdatedAccount
from domain.secrets import SessionToken
from domain.session import Admission

_DEVICE = b"frontdesk-device"


def replaced_by(request: PublicRequest, *, cookie: bool) -> SessionToken | None:
    """The session that a new one takes the place of: that of the same kind of client. A program
    that holds a browser's cookie does not end the browser's session.
    """
    presented = request.auth
    return presented if cookie or (presented and presented.is_bearer) else None


def device_of(headers: Headers, jar: Cookies, *, cookie: bool) -> str | None:
    """The mark by which a browser, or a program (`Frontdesk-Device`), is known again."""
    if cookie:
        return jar.device(headers)
    marks = [value for name, value in headers if name == _DEVICE]
    return marks[0].decode("latin-1") if len(marks) == 1 else None


def handed_out(
    admission: Admission, headers: Headers, jar: Cookies, *, cookie: bool, device: str | None = None
) -> Response[AdmittedView]:
    """The answer that has the new session. A `device` that is known stays the program's mark."""
    if cookie:
        view = AdmittedView.of(admission.user)
        return Response(view, cookies=jar.carrying(admission, headers))
    return Response(AdmittedView.handing_out(admission, device=admission.device or device))


def changed(
    updated: UpdatedAccount, headers: Headers, jar: Cookies, *, cookie: bool, device: str | None
) -> Response[AdmittedView]:
    """The answer to a change of one's own: with a new session, if the password is another."""
    if updated.admission is None:
        return Response(AdmittedView.of(updated.user))
    return handed_out(updated.admission, headers, jar, cookie=cookie, device=device)


async def logged_out(request: PublicRequest, jar: Cookies, log_out: LogOut) -> int | None:
    """End every session that was presented, and say whose the last one was."""
    user_id = None
    for token in jar.all_sessions(request.scope["headers"]):
        user_id = await log_out(presented=token, caller=caller_of(request)) or user_id
    return user_id


def forgotten(request: PublicRequest | SignedInRequest, jar: Cookies) -> list[Cookie]:
    """Cookies for an answer after which the session is over: none for a program, also if its token
    is made up, for the cookie beside it did not count.
    """
    headers = request.scope["headers"]
    is_program = any(
        name == b"authorization" and is_bearer_of_session(value) for name, value in headers
    )
    return [] if is_program else jar.cleared(headers)
