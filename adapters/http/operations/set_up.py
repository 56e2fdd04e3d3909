"""Becoming the first operator, who one is, and what is set."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import Body, SkipValidation
from msgspec import Meta, Struct

from adapters.http.authentication import PublicRequest, let_in_or_out
from adapters.http.cookies import Cookies
from adapters.http.operations.access import BODY, OperatorRequest, answers_operators, operators
from adapters.http.options import PUBLIC
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problem_kinds import CROSS_ORIGIN, INVALID
from adapters.http.problems import answers
from adapters.http.views import Name, Secret, UserView
from application.operators.set_up import SetUp
from domain.errors import (
    Busy,
    InvalidCode,
    InvalidPassword,
    InvalidUsername,
    StorageFull,
    StorageUnavailable,
    UsernameTaken,
)
from domain.operator import Operator, Person, Program, Scope
from domain.secrets import OneTimeCode


class FirstOperator(Struct, frozen=True):
    """Who becomes the first operator, with the code from the link that the server printed."""

    code: Annotated[
        str, Body(description="The one-time code that the server printed.", max_length=100)
    ]
    username: Name
    password: Secret


class OperatorView(Struct, frozen=True):
    """Who is calling, and what they may do. A program has no session."""

    user: UserView
    scopes: Annotated[list[Scope], Meta(description="What this request may do.")]
    is_fresh: Annotated[
        bool, Meta(description="Whether the login is fresh; false for an access token.")
    ]
    session_id: Annotated[
        int | None, Meta(description="The session of this request; null for an access token.")
    ]
    session_created: Annotated[
        datetime | None, Meta(description="When the session was opened; null for an access token.")
    ]

    @classmethod
    def of(cls, operator: Operator) -> "OperatorView":
        """As the API shows it."""
        user, scopes = UserView.of(operator.user), sorted(operator.scopes)
        match operator.acting:
            case Person(session, is_fresh):
                return cls(user, scopes, is_fresh, session.id, session.created_at)
            case Program():
                return cls(user, scopes, is_fresh=True, session_id=None, session_created=None)


class SettingView(Struct, frozen=True):
    """A setting. Of a secret is only told that there is one. `source` is environment, .env, file or
    default; `meaning` says what it is for, and `unset` what is in effect while the value is empty.
    """

    name: Annotated[str, Meta(description="Name of the variable.")]
    value: Annotated[
        str,
        Meta(description="The value in effect; empty if there is none; `(a secret)` for secrets."),
    ]
    source: Annotated[str, Meta(description="`default`, `environment`, `.env` or `file`.")]
    group: Annotated[str, Meta(description="For display.")]
    meaning: Annotated[str, Meta(description="What it does.")]
    unset: Annotated[str, Meta(description="What holds if it is not set.")]


class AboutView(Struct, frozen=True):
    """Which version answers, on which node, since when, and where it keeps its data: in a folder of
    that machine, with the accounts in SQLite or PostgreSQL.
    """

    version: Annotated[str, Meta(description="Version of Frontdesk.")]
    node: Annotated[str, Meta(description="Name of the node.")]
    started: Annotated[datetime, Meta(description="Start of this process; RFC 3339, in UTC.")]
    data_dir: Annotated[str, Meta(description="Absolute path of the data folder.")]
    database: Annotated[str, Meta(description="`SQLite` or `PostgreSQL`.")]


class SetUpController(Controller):
    """The way in for operators."""

    path = "/api/ops"
    tags = ("Operations",)

    @post(
        "/set-up",
        status_code=200,
        operation_id="setUp",
        summary="Create the first operator",
        opt=PUBLIC,
        security=[{}],
        responses=answers(
            InvalidCode,
            InvalidUsername,
            InvalidPassword,
            UsernameTaken,
            Busy,
            StorageFull,
            StorageUnavailable,
            also=(*BODY, CROSS_ORIGIN, INVALID),
        ),
    )
    async def set_up(
        self,
        request: PublicRequest,
        data: Annotated[FirstOperator, Body()],
        set_up: NamedDependency[SetUp],
        jar: NamedDependency[Cookies],
    ) -> Response[UserView]:
        """Needs the one-time code that the server prints at its start. The code works once, for 30
        minutes, while there is no operator. Opens a session.
        """
        admission = await set_up(
            code=OneTimeCode.parse(data.code),
            username=data.username,
            password=data.password,
            caller=caller_of(request),
            presented=request.auth,
        )
        let_in_or_out(request, admission.user.id)
        return Response(UserView.of(admission.user), cookies=jar.carrying(admission))

    @get(
        "/me",
        operation_id="getOperator",
        summary="Get the operator of this request",
        responses=answers_operators(),
        **operators(Scope.API_VIEW),
    )
    async def me(self, request: OperatorRequest) -> OperatorView:
        """Who calls, and which scopes that gives."""
        return OperatorView.of(request.user)

    @get(
        "/about",
        operation_id="getAbout",
        summary="Get version and start time",
        responses=answers_operators(),
        **operators(Scope.API_VIEW),
    )
    async def get_about(self, about: NamedDependency[SkipValidation[AboutView]]) -> AboutView:
        """About the process that answers. `GET /api/ops/nodes` lists all processes."""
        return about

    @get(
        "/settings",
        operation_id="listSettings",
        summary="List settings",
        responses=answers_operators(),
        **operators(Scope.API_VIEW),
    )
    async def list_settings(
        self, effective_settings: NamedDependency[SkipValidation[Sequence[SettingView]]]
    ) -> list[SettingView]:
        """The settings in effect in this process, and where each comes from. No secrets."""
        return list(effective_settings)
