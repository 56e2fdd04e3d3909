"""An application with an open and a guarded page, in each framework that the client guards:
`python -m benchmarks.guarded FRAMEWORK PORT URL REMEMBER KEY`.
"""

import sys
from typing import Annotated, Any

import uvicorn

FRAMEWORKS = ("FastAPI", "Litestar", "Starlette", "Django")


def fastapi(url: str, **options: Any) -> Any:
    """Of FastAPI."""
    from fastapi import Depends, FastAPI
    from frontdesk_client.fastapi import Frontdesk, User

    app, frontdesk = FastAPI(), Frontdesk(url, **options)

    @app.get("/open")
    async def open_() -> str:
        return "Hello"

    @app.get("/guarded")
    async def guarded(user: Annotated[User, Depends(frontdesk.user)]) -> str:
        return f"Hello {user.username}"

    return app


def litestar(url: str, **options: Any) -> Any:
    """Of Litestar."""
    from frontdesk_client.litestar import FrontdeskPlugin, User
    from litestar import Litestar, get

    @get("/open", exclude_from_auth=True)
    async def open_() -> str:
        return "Hello"

    @get("/guarded")
    async def guarded(current_user: User) -> str:
        return f"Hello {current_user.username}"

    plugins = [FrontdeskPlugin(url, **options)]
    return Litestar([open_, guarded], plugins=plugins, openapi_config=None)


def starlette(url: str, **options: Any) -> Any:
    """Of Starlette."""
    from frontdesk_client.starlette import FrontdeskMiddleware
    from starlette.applications import Starlette
    from starlette.authentication import requires
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Mount, Route

    async def open_(_: Request) -> PlainTextResponse:
        return PlainTextResponse("Hello")

    @requires("authenticated", status_code=401)
    async def guarded(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"Hello {request.user.username}")

    guard = Middleware(FrontdeskMiddleware, url=url, **options)
    inner = Mount("/guarded", routes=[Route("/", guarded)], middleware=[guard])
    return Starlette(routes=[Route("/open", open_), inner])


def django(url: str, **options: Any) -> Any:
    """Of Django, with `async` views."""
    from django.conf import settings
    from django.core.asgi import get_asgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import path
    from frontdesk_client.django import signed_in

    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        FRONTDESK_URL=url,
        FRONTDESK_REMEMBER=options["remember"],
        FRONTDESK_ACCESS_TOKEN=options["access_token"],
        MIDDLEWARE=["frontdesk_client.django.FrontdeskMiddleware"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="of a benchmark",
    )

    async def open_(_: HttpRequest) -> HttpResponse:
        return HttpResponse("Hello")

    @signed_in
    async def guarded(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"Hello {request.frontdesk.user.username}")

    globals()["urlpatterns"] = [path("open", open_), path("guarded", guarded)]
    return get_asgi_application()


if __name__ == "__main__":
    framework, port, url, remember, key = sys.argv[1:]
    make = {"FastAPI": fastapi, "Litestar": litestar, "Starlette": starlette, "Django": django}
    app = make[framework](url, remember=float(remember), access_token=key if key != "-" else None)
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False)
