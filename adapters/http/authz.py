"""Forward-auth: a reverse proxy asks for each request whether to let it through."""

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import quote

from litestar import Controller, MediaType, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter, SkipValidation

from adapters.http.authentication import PublicRequest, let_in_or_out
from adapters.http.options import FORWARD_AUTH, PUBLIC
from adapters.http.problem_kinds import INVALID
from adapters.http.problems import Answers, Unacceptable, answers
from adapters.http.sign_in_page import SignInPage
from application.account.authorize_caller import AuthorizeCaller
from domain.errors import NotSignedIn, RoleMissing, StorageUnavailable
from domain.session import SignedIn

Roles = Annotated[
    list[str] | None,
    QueryParameter(
        name="role", description="The user must have this role; of several, one of them."
    ),
]
SignIn = Annotated[
    Literal["redirect"] | None,
    QueryParameter(
        name="sign_in",
        description="`redirect`: who is not signed in is sent to FRONTDESK_SIGN_IN_URL (302), with"
        " the address asked for as `return_to`, in place of 401.",
    ),
]

_PARAMETERS = {"role", "sign_in"}
_ANSWERS = Answers(
    {
        302: ResponseSpec(None, description="Not signed in: sent to the page to sign in on."),
        **answers(NotSignedIn, RoleMissing, StorageUnavailable, also=(INVALID,)),
    }
)


class ForwardAuthController(Controller):
    """For nginx `auth_request`, Caddy `forward_auth` and Traefik `ForwardAuth`: see
    docs/applications.md.
    """

    path = FORWARD_AUTH
    tags = ("Sessions and events",)
    opt = PUBLIC

    @get(
        media_type=MediaType.TEXT,
        operation_id="authorize",
        summary="Authorize a request (forward auth)",
        responses=_ANSWERS,
    )
    async def authorize(
        self,
        request: PublicRequest,
        authorize_caller: NamedDependency[AuthorizeCaller],
        sign_in_page: NamedDependency[SkipValidation[SignInPage]],
        roles: Roles = None,
        sign_in: SignIn = None,
    ) -> Response[None]:
        """For reverse proxies; answers any method. 200 has the headers `Remote-User`
        (percent-encoded UTF-8), `Remote-User-Id` and `Remote-Roles` (separated by commas; `-` if
        there are none). The proxy passes them on, and removes what clients send under these names.
        Other `Authorization` headers are ignored. With `sign_in=redirect` and
        `FRONTDESK_SIGN_IN_URL`, 302 instead of 401.
        """
        return await _answer(request, authorize_caller, sign_in_page, roles, sign_in)


async def _answer(
    request: PublicRequest,
    authorize_caller: AuthorizeCaller,
    page: SignInPage,
    roles: list[str] | None,
    sign_in: Literal["redirect"] | None,
) -> Response[None]:
    if unknown := set(request.query_params) - _PARAMETERS:
        # A slip of the pen in a proxy's file must not let everybody through.
        raise Unacceptable(INVALID, f"There is no parameter {min(unknown)!r} here.")
    try:
        found = await authorize_caller(presented=request.auth, roles=roles or ())
    except NotSignedIn:
        return _elsewhere(request, page, sign_in)
    let_in_or_out(request, found.user.id)
    return Response(None, media_type=MediaType.TEXT, headers=identity_of(found))


def identity_of(found: SignedIn) -> Mapping[str, str]:
    """Who it is, in header fields that are never empty."""
    user = found.user
    return {
        "Remote-User": quote(user.username.value, safe=""),
        "Remote-User-Id": str(user.id),
        "Remote-Roles": ",".join(user.roles) or "-",
        "Cache-Control": "no-store",
    }


def _elsewhere(
    request: PublicRequest, page: SignInPage, sign_in: Literal["redirect"] | None
) -> Response[None]:
    """Raises `NotSignedIn` unless people are to be sent to a page."""
    state = request.scope["state"]
    location = page.leading_back(state["fields"], is_from_proxy=state["is_from_proxy"])
    if sign_in is None or location is None:
        raise NotSignedIn
    headers = {"Location": location, "Cache-Control": "no-store"}
    return Response(None, status_code=302, media_type=MediaType.TEXT, headers=headers)
