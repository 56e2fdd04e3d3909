"""Starlette: the middleware says who is calling, the routes who may come in."""

import os

from frontdesk_client.starlette import FrontdeskMiddleware
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


@requires("authenticated", status_code=401)
async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"Hello {request.user.username}")


@requires("authenticated", status_code=401)
@requires("role:admin")
async def admin(request: Request) -> PlainTextResponse:
    return PlainTextResponse("Only for admins")


async def index(request: Request) -> PlainTextResponse:
    return PlainTextResponse("Welcome")


url = os.environ.get("FRONTDESK_URL", "http://127.0.0.1:8000")
app = Starlette(
    routes=[Route("/hello", hello), Route("/admin", admin), Route("/", index)],
    middleware=[Middleware(FrontdeskMiddleware, url=url)],
)
