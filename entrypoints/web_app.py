"""The web application."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.di import Provide

from adapters.http.accounts import AccountController
from adapters.http.authentication import DemandSession
from adapters.http.authz import ForwardAuthController
from adapters.http.cookies import Cookies
from adapters.http.current_session import CurrentSessionController
from adapters.http.enum_schemas import EnumSchemas
from adapters.http.health import HealthController
from adapters.http.json_response import JsonResponse
from adapters.http.operations.batch import BatchController
from adapters.http.operations.documents import openapi_json, openapi_yaml
from adapters.http.operations.feed import FeedController
from adapters.http.operations.invitations import InvitationsController
from adapters.http.operations.labels import LabelsController
from adapters.http.operations.logs import LogsController
from adapters.http.operations.monitoring import MonitoringController, NodesController
from adapters.http.operations.operator_invitations import OperatorInvitationsController
from adapters.http.operations.operators import OperatorsController
from adapters.http.operations.prometheus import scrape
from adapters.http.operations.request_statistics import RequestStatisticsController
from adapters.http.operations.set_up import SetUpController
from adapters.http.operations.tables import TablesController
from adapters.http.operations.throttle import ThrottleController
from adapters.http.operations.tokens import TokensController
from adapters.http.operations.users import UsersController
from adapters.http.own_history import OwnHistoryController
from adapters.http.pages.api_page import openapi_config, to_the_api_page
from adapters.http.pages.console_page import ConsoleController
from adapters.http.pipeline.client_address import ClientAddress
from adapters.http.pipeline.rules import Rules
from adapters.http.pipeline.signed_in_reads import SignedInReads
from adapters.http.pipeline.stack import wrapped
from adapters.http.problems import HANDLERS
from adapters.http.sign_in import SignInController
from adapters.http.sign_in_page import SignInPage
from adapters.http.strict_request import StrictRequest
from application.operations.requests import Observe, RequestEntry
from entrypoints import __version__
from entrypoints.commands import Commands
from entrypoints.services import Services, build_services
from entrypoints.settings import Settings
from entrypoints.settings.report import about, effective

BODY_MAX_BYTES = 16 * 1024
_ASKED = ("history", "tables", "requests", "request_log", "request_statistics", "metrics")
"""What controllers ask without a use case (docs/adr/0011)."""


def create_app(
    settings: Settings,
    services: Services | None = None,
    record: Observe | None = None,
) -> Litestar:
    """Build the application. `record` is told of every request when it has been answered;
    by default, it writes a line to the log.
    """
    services = services or build_services(settings)
    use_cases = services.use_cases
    record = record or services.request_line
    cookies = Cookies(
        secure=settings.https, prefixed=settings.hardened, domain=settings.cookie_domain
    )
    demand = DemandSession(use_cases.authenticate, use_cases.identify_operator, cookies)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with services.running():
            yield

    app = Litestar(
        route_handlers=[
            SignInController,
            AccountController,
            OwnHistoryController,
            CurrentSessionController,
            ForwardAuthController,
            HealthController,
            to_the_api_page,
            ConsoleController,
            *_operations(settings),
        ],
        dependencies={
            "jar": _given(cookies),
            "demand_session": _given(demand),
            "sign_in_page": _given(_sign_in_page(settings)),
            "lifetimes": _given(settings.lifetimes),
            "effective_settings": _given(effective(settings)),
            "about": _given(about(settings)),
            **{each: _given(getattr(services, each)) for each in _ASKED},
            **{each.name: _given(getattr(use_cases, each.name)) for each in fields(use_cases)},
        },
        before_request=demand,
        exception_handlers=HANDLERS,
        request_class=StrictRequest,
        response_class=JsonResponse,
        request_max_body_size=BODY_MAX_BYTES,
        openapi_config=openapi_config(cookies, __version__),
        cors_config=_cors(settings.trusted_origins),
        plugins=[Commands(), EnumSchemas()],
        lifespan=[lifespan],
        logging_config=None,
        debug=False,
    )
    app.asgi_handler = wrapped(
        SignedInReads(app.asgi_handler, use_cases.authenticate, cookies),
        rules=Rules(settings.hosts, settings.origins, BODY_MAX_BYTES),
        client_address=ClientAddress(settings.trusted_proxies),
        observe=_both(record, services.observers),
        begin_tally=services.begin_tally,
        body_seconds=settings.body_seconds,
        body_max_bytes=BODY_MAX_BYTES,
        https=settings.https,
    )
    return app


def _sign_in_page(settings: Settings) -> SignInPage:
    return SignInPage(
        settings.sign_in_url,
        origins=settings.origins,
        domain=settings.cookie_domain,
        is_plain=not settings.https,
    )


def _operations(settings: Settings) -> list[Any]:
    return [
        SetUpController,
        openapi_json,
        openapi_yaml,
        TablesController,
        UsersController,
        ThrottleController,
        LabelsController,
        FeedController,
        BatchController,
        OperatorsController,
        OperatorInvitationsController,
        TokensController,
        InvitationsController,
        *([LogsController, RequestStatisticsController] if settings.request_log == "on" else []),
        *([MonitoringController, NodesController] if settings.metrics == "on" else []),
        *([scrape] if settings.metrics == settings.prometheus == "on" else []),
    ]


def _both(first: Observe, others: Sequence[Observe]) -> Observe:
    if not others:
        return first

    def observe(record: RequestEntry) -> None:
        first(record)
        for each in others:
            each(record)

    return observe


def _given(value: Any) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)


def _cors(origins: tuple[str, ...]) -> CORSConfig | None:
    if not origins:
        return None
    return CORSConfig(
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Frontdesk-Device", "X-Request-ID"],
        allow_credentials=True,
    )
