"""The web application."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from msgspec import structs

from adapters.http.accounts import AccountController
from adapters.http.api_page import openapi_config, to_the_api_page
from adapters.http.authentication import DemandSession
from adapters.http.console import ConsoleController
from adapters.http.cookies import Cookies
from adapters.http.edge import Edge
from adapters.http.health import HealthController
from adapters.http.json_response import JsonResponse
from adapters.http.network import ClientAddress
from adapters.http.operations.documents import openapi_json, openapi_yaml
from adapters.http.operations.feed import FeedController
from adapters.http.operations.logs import LogsController
from adapters.http.operations.monitoring import MonitoringController
from adapters.http.operations.prometheus import scrape
from adapters.http.operations.set_up import SetUpController
from adapters.http.operations.tables import TablesController
from adapters.http.operations.tokens import TokensController
from adapters.http.operations.users import UsersController
from adapters.http.own_records import OwnRecordsController
from adapters.http.problems import HANDLERS
from adapters.http.rules import Rules
from adapters.http.shortcut import Shortcut
from adapters.http.strict_request import StrictRequest
from domain.traffic import Observe, RequestRecord
from entrypoints import __version__
from entrypoints.cli import Commands
from entrypoints.effective import effective
from entrypoints.logs import request_lines
from entrypoints.services import Services, build_services
from entrypoints.settings import Settings

BODY_MAX_BYTES = 16 * 1024


def create_app(
    settings: Settings,
    services: Services | None = None,
    record: Observe | None = None,
) -> Litestar:
    """Build the application. `record` is told of every request when it has been answered;
    by default, it writes a line to the log.
    """
    services = services or build_services(settings)
    record = record or request_lines(services.mask_path)
    cookies = Cookies(secure=settings.https, host_prefix=settings.hardened)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with services.running():
            yield

    app = Litestar(
        route_handlers=[
            AccountController,
            OwnRecordsController,
            HealthController,
            to_the_api_page,
            ConsoleController,
            *_operations(settings),
        ],
        dependencies={
            "jar": _given(cookies),
            "effective_settings": _given(effective(settings)),
            **{name: _given(value) for name, value in structs.asdict(services).items()},
        },
        before_request=DemandSession(services.authenticate, services.identify_operator, cookies),
        exception_handlers=HANDLERS,
        request_class=StrictRequest,
        response_class=JsonResponse,
        request_max_body_size=BODY_MAX_BYTES,
        openapi_config=openapi_config(cookies, __version__),
        cors_config=_cors(settings.trusted_origins),
        plugins=[Commands(settings)],
        lifespan=[lifespan],
        logging_config=None,
        debug=False,
    )
    app.asgi_handler = Edge(
        Shortcut(app.asgi_handler, services.authenticate, cookies),
        rules=Rules(settings.hosts, settings.origins, BODY_MAX_BYTES),
        client_address=ClientAddress(settings.trusted_proxies),
        observe=_both(record, services.observers),
        begin_tally=services.begin_tally,
        body_seconds=settings.body_seconds,
        https=settings.https,
    )
    return app


def _operations(settings: Settings) -> list[Any]:
    return [
        SetUpController,
        openapi_json,
        openapi_yaml,
        TablesController,
        UsersController,
        FeedController,
        TokensController,
        *([LogsController] if settings.request_log == "on" else []),
        *([MonitoringController] if settings.metrics == "on" else []),
        *([scrape] if settings.metrics == settings.prometheus == "on" else []),
    ]


def _both(first: Observe, others: Sequence[Observe]) -> Observe:
    if not others:
        return first

    def observe(record: RequestRecord) -> None:
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
        allow_headers=["Content-Type", "X-Request-ID"],
        allow_credentials=True,
    )
