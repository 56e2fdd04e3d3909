"""Django: a middleware and decorators, for views with and without `async`.

    MIDDLEWARE = [..., "frontdesk_client.django.FrontdeskMiddleware"]
    FRONTDESK_URL = "http://127.0.0.1:8000"

    @signed_in
    def hello(request): return HttpResponse(f"Hello {request.frontdesk.user.username}")

    @role("admin")
    async def admin(request): ...

Settings: `FRONTDESK_URL`; `FRONTDESK_REMEMBER` (0) and `FRONTDESK_ACCESS_TOKEN`, those of
`docs/applications.md`; `FRONTDESK_SIGN_IN_URL`, a page to which who is not signed in is sent from a
GET, with `return_to`. Name Django's own session cookie otherwise (`SESSION_COOKIE_NAME`).
"""

from collections.abc import Awaitable, Callable
from functools import cache, wraps
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from frontdesk_client.checks import AsyncChecks, Checks, Remembering
from frontdesk_client.credentials import Credentials, credentials_of
from frontdesk_client.errors import Unavailable
from frontdesk_client.models import Session, SignedIn, User
from frontdesk_client.refusals import NOT_SIGNED_IN, Refusal, let_in, unavailable

__all__ = ["FrontdeskMiddleware", "role", "signed_in"]

View = Callable[..., Any]
_READING = ("GET", "HEAD")


class Caller:
    """Who is calling, as `request.frontdesk`: asked for once, when somebody wants to know."""

    def __init__(self, request: HttpRequest) -> None:
        self._credentials = _credentials_in(request)
        self._found: SignedIn | None = None
        self._is_known = False

    @property
    def user(self) -> User | None:
        """Who is signed in, if anybody is. Raises `Unavailable`, which the middleware answers with
        503. In an `async` view, `await auser()` first, or use a decorator.
        """
        found = self.check()
        return found.user if found else None

    @property
    def session(self) -> Session | None:
        """The session of who is signed in."""
        found = self.check()
        return found.session if found else None

    async def auser(self) -> User | None:
        """As `user`."""
        found = await self.acheck()
        return found.user if found else None

    def check(self) -> SignedIn | None:
        """User and session."""
        if not self._is_known:
            self._learn(_checks().signed_in(self._credentials))
        return self._found

    async def acheck(self) -> SignedIn | None:
        """User and session, for an `async` view."""
        if not self._is_known:
            self._learn(await _async_checks().signed_in(self._credentials))
        return self._found

    def _learn(self, found: SignedIn | None) -> None:
        self._found, self._is_known = found, True


class FrontdeskMiddleware:
    """Gives each request `frontdesk`. Who may come in, say the decorators."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        request.frontdesk = Caller(request)
        return self._get_response(request)

    def process_exception(self, _: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 where a view wants to know who is calling and nobody can say."""
        return _response(unavailable(error)) if isinstance(error, Unavailable) else None


def signed_in(view: View) -> View:
    """Let in who is signed in; 401 for nobody, or the sign-in page."""
    return role()(view)


def role(*roles: str) -> Callable[[View], View]:
    """Let in who has one of these roles; 403 without it."""

    def guarded(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def async_view(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                outcome = let_in(await request.frontdesk.acheck(), roles)
                if isinstance(outcome, Refusal):
                    return _refused(request, outcome)
                answer: Awaitable[Any] = view(request, *args, **kwargs)
                return await answer

            return async_view

        @wraps(view)
        def sync_view(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            outcome = let_in(request.frontdesk.check(), roles)
            if isinstance(outcome, Refusal):
                return _refused(request, outcome)
            return view(request, *args, **kwargs)

        return sync_view

    return guarded


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    page = getattr(settings, "FRONTDESK_SIGN_IN_URL", None)
    if refusal is NOT_SIGNED_IN and page and request.method in _READING:
        joint = "&" if "?" in page else "?"
        back = urlencode({"return_to": request.build_absolute_uri()})
        return HttpResponseRedirect(f"{page}{joint}{back}")
    return _response(refusal)


def _response(refusal: Refusal) -> HttpResponse:
    body = {"code": refusal.code, "detail": refusal.detail}
    return JsonResponse(body, status=refusal.status, headers=refusal.headers)


def _credentials_in(request: HttpRequest) -> Credentials | None:
    fields = request.META
    return credentials_of(
        cookies=[fields["HTTP_COOKIE"]] if "HTTP_COOKIE" in fields else [],
        authorizations=[fields["HTTP_AUTHORIZATION"]] if "HTTP_AUTHORIZATION" in fields else [],
    )


@cache
def _remembering() -> Remembering:
    return Remembering(
        settings.FRONTDESK_URL,
        remember=getattr(settings, "FRONTDESK_REMEMBER", 0),
        access_token=getattr(settings, "FRONTDESK_ACCESS_TOKEN", None),
    )


@cache
def _checks() -> Checks:
    return Checks(_remembering())


@cache
def _async_checks() -> AsyncChecks:
    return AsyncChecks(_remembering())
