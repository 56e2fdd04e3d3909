"""Litestar: closed, but for what says that it is open."""

import os

from frontdesk_client.litestar import FrontdeskPlugin, User, requires_role
from litestar import Litestar, MediaType, Request, get


@get("/hello", media_type=MediaType.TEXT)
async def hello(current_user: User) -> str:
    return f"Hello {current_user.username}"


@get("/admin", guards=[requires_role("admin")], media_type=MediaType.TEXT)
async def admin(request: Request) -> str:
    return f"Only for admins, as {request.user.username}"


@get("/", exclude_from_auth=True, media_type=MediaType.TEXT)
async def index() -> str:
    return "Welcome"


frontdesk = FrontdeskPlugin(os.environ.get("FRONTDESK_URL", "http://127.0.0.1:8000"))
app = Litestar([hello, admin, index], plugins=[frontdesk])
