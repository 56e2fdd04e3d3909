"""Access for programs."""

from datetime import datetime, timedelta
from typing import Annotated

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import Body, SkipValidation
from msgspec import Meta, Struct, convert

from adapters.http.operations.access import (
    BODY,
    OperatorRequest,
    answers_operators,
    in_person,
    operators,
)
from adapters.http.operations.queries import After, Limit
from adapters.http.path_parameters import TokenId
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import INVALID
from application.operations.queries import Tables
from application.operators.create_token import CreateToken
from application.operators.revoke_token import RevokeToken
from domain.errors import (
    Busy,
    FreshLoginRequired,
    InvalidQuery,
    InvalidTokenName,
    NoSuchToken,
    PersonRequired,
    QueryTooSlow,
    StorageFull,
)
from domain.operator import TOKEN_NAME_MAX_CHARACTERS, AccessToken, Scope

_TABLE = "access_tokens"


class NewToken(Struct, frozen=True):
    """What a program may do, and for how long."""

    name: Annotated[
        str,
        Body(
            description="For operators: which program it is for.",
            min_length=1,
            max_length=TOKEN_NAME_MAX_CHARACTERS,
        ),
    ]
    scopes: Annotated[list[Scope], Meta(description="What it allows.", min_length=1)]
    days: Annotated[int, Meta(description="Days until it expires.", ge=1, le=366)] = 90


class TokenView(Struct, frozen=True):
    """An access token. `token` is shown this once: send it as `Authorization: Bearer TOKEN`."""

    id: Annotated[int, Meta(description="Never reused.")]
    name: Annotated[str, Meta(description="For operators: which program it is for.")]
    scopes: Annotated[list[Scope], Meta(description="What it allows.")]
    created_at: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    expires_at: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    token: Annotated[
        str | None,
        Meta(description="Shown once, when it is created; null when it is revoked."),
    ]

    @classmethod
    def of(cls, token: AccessToken, key: str | None = None) -> "TokenView":
        """As the API shows it."""
        scopes = sorted(token.scopes)
        return cls(token.id, token.name, scopes, token.created_at, token.expires_at, key)


class ListedToken(Struct, frozen=True):
    """An access token in a list, without the token itself."""

    id: Annotated[int, Meta(description="Never reused.")]
    user_id: Annotated[int, Meta(description="The operator whose token it is.")]
    name: Annotated[str, Meta(description="For operators: which program it is for.")]
    scopes: Annotated[
        str,
        Meta(description="What it allows, separated by spaces.", examples=["data.view log.view"]),
    ]
    created_at: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    expires_at: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    last_used_at: Annotated[
        datetime | None,
        Meta(description="When it was last used, to within some minutes; null if never."),
    ]


class TokenPage(Struct, frozen=True):
    """Some access tokens, newest first."""

    rows: Annotated[list[ListedToken], Meta(description="Access tokens of all operators.")]
    next: Annotated[
        str | None, Meta(description="Pass it as `after` for the next page; null on the last.")
    ]


class TokensController(Controller):
    """Personal access tokens of operators."""

    path = "/api/ops/tokens"
    tags = ("Operations: tokens",)

    @get(
        operation_id="listTokens",
        summary="List access tokens",
        responses=answers_operators(InvalidQuery, QueryTooSlow, Busy, also=(INVALID,)),
        **operators(Scope.TOKEN_VIEW),
    )
    async def list_tokens(
        self,
        tables: NamedDependency[SkipValidation[Tables]],
        after: After = None,
        limit: Limit = 50,
    ) -> TokenPage:
        """Of all operators, newest first, expired ones included until they are removed."""
        page = await tables.page(_TABLE, after=after, limit=limit)
        return TokenPage([convert(row, ListedToken) for row in page.rows], page.following)

    @post(
        status_code=200,
        operation_id="createToken",
        summary="Create an access token",
        responses=answers_operators(
            InvalidTokenName, PersonRequired, FreshLoginRequired, StorageFull, also=(*BODY, INVALID)
        ),
        **in_person(Scope.TOKEN_VIEW),
    )
    async def create_token(
        self,
        request: OperatorRequest,
        data: Annotated[NewToken, Body()],
        create_token: NamedDependency[CreateToken],
    ) -> TokenView:
        """Needs an operator with a fresh login. The token is shown once."""
        issued = await create_token(
            by=request.user,
            name=data.name,
            scopes=frozenset(data.scopes),
            lifetime=timedelta(days=data.days),
            caller=caller_of(request),
        )
        return TokenView.of(issued.token, issued.key.text)

    @delete(
        "/{token_id:int}",
        status_code=200,
        operation_id="revokeToken",
        summary="Revoke an access token",
        responses=answers_operators(NoSuchToken, StorageFull, also=(INVALID,)),
        **operators(Scope.TOKEN_REVOKE),
    )
    async def revoke_token(
        self,
        request: OperatorRequest,
        token_id: TokenId,
        revoke_token: NamedDependency[RevokeToken],
    ) -> TokenView:
        """The next request with it is refused."""
        token = await revoke_token(by=request.user, token_id=token_id, caller=caller_of(request))
        return TokenView.of(token)
