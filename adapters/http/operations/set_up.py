"""Becoming the first operator, who one is, and what is set."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import Body, SkipValidation
from msgspec import Struct

from adapters.http.authentication import PublicRequest, let_in_or_out
from adapters.http.cookies import Cookies
from adapters.http.operations.access import BODY, OperatorRequest, answers_operators, operators
from adapters.http.options import PUBLIC
from adapters.http.pipeline.client_address import caller_of
from adapters.http.problems import CROSS_ORIGIN, INVALID, answers
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

    code: Annotated[str, Body(max_length=100)]
    username: Name
    password: Secret


class OperatorView(Struct, frozen=True):
    """Who is calling, and what they may do. A program has no session."""

    user: UserView
    scopes: list[Scope]
    is_fresh: bool
    session_id: int | None
    session_created: datetime | None

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

    name: str
    value: str
    source: str
    group: str
    meaning: str
    unset: str


class AboutView(Struct, frozen=True):
    """Which version answers, on which node, since when, and where it keeps its data: in a folder of
    that machine, with the accounts in SQLite or PostgreSQL.
    """

    version: str
    node: str
    started: datetime
    data_dir: str
    database: str


class SetUpController(Controller):
    """The way in for operators."""

    path = "/api/ops"
    tags = ("Operations",)

    @post(
        "/set-up",
        status_code=200,
        operation_id="setUp",
        summary="Become the first operator",
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
        """With the code that the server printed when it started: it works once, for half an hour,
        and only as long as there is no operator. You are logged in.
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
        summary="Who am I?",
        responses=answers_operators(),
        **operators(Scope.API_VIEW),
    )
    async def me(self, request: OperatorRequest) -> OperatorView:
        """And what may I do?"""
        return OperatorView.of(request.user)

    @get(
        "/about",
        operation_id="getAbout",
        summary="Which version runs, where and since when",
        responses=answers_operators(),
        **operators(Scope.API_VIEW),
    )
    async def get_about(self, about: NamedDependency[SkipValidation[AboutView]]) -> AboutView:
        """Of the process that answers; for all of them see `GET /api/ops/nodes`."""
        return about

    @get(
        "/settings",
        operation_id="listSettings",
        summary="Which settings are in effect",
        responses=answers_operators(),
        **operators(Scope.API_VIEW),
    )
    async def list_settings(
        self, effective_settings: NamedDependency[SkipValidation[Sequence[SettingView]]]
    ) -> list[SettingView]:
        """In this process, without secrets, and where each came from."""
        return list(effective_settings)
