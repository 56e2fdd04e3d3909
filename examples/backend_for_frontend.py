"""A backend for a frontend: the browser talks to this application alone, which logs people in.

Frontdesk counts guesses by the address of the caller, and that would be this application's, for
everybody. So it says whose it is, and Frontdesk believes it: `FRONTDESK_TRUSTED_PROXIES=127.0.0.1`.
"""

import os

from frontdesk_client import AsyncFrontdesk, FrontdeskError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

URL = os.environ.get("FRONTDESK_URL", "http://127.0.0.1:8000")
COOKIE, DEVICE = "app_session", "app_device"


def frontdesk_for(request: Request) -> AsyncFrontdesk:
    """With the token of this browser, and in the name of its address."""
    client = AsyncFrontdesk(URL, token=request.cookies.get(COOKIE))
    client.device = request.cookies.get(DEVICE)
    client.headers["X-Forwarded-For"] = request.client.host
    return client


async def log_in(request: Request) -> Response:
    form = await request.json()
    async with frontdesk_for(request) as frontdesk:
        try:
            admitted = await frontdesk.log_in(form["username"], form["password"], cookie=False)
        except FrontdeskError as error:
            return JSONResponse({"code": error.code}, error.status)
    response = RedirectResponse("/me", 303)
    for name, value in ((COOKIE, admitted.token), (DEVICE, admitted.device)):
        response.set_cookie(name, value, httponly=True, samesite="strict")
    return response


async def me(request: Request) -> Response:
    if COOKIE not in request.cookies:
        return JSONResponse({"code": "not_signed_in"}, 401)
    async with frontdesk_for(request) as frontdesk:
        try:
            found = await frontdesk.session()
        except FrontdeskError as error:
            return JSONResponse({"code": error.code}, error.status)
    return JSONResponse({"hello": found.user.username})


app = Starlette(routes=[Route("/log-in", log_in, methods=["POST"]), Route("/me", me)])
