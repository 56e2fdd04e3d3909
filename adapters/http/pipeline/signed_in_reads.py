"""The one read that every page of an application makes, on a way of its own."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import json

from adapters.http.accounts import AccountController
from adapters.http.cookies import Cookies
from adapters.http.json_response import send_json
from adapters.http.views import UserView
from application.steps.authenticate import Authenticate
from domain.errors import Unavailable

_PATH = AccountController.path


class CurrentUserFastPath:
    """Answers `GET /api/user` as `AccountController.get_user` would, without the router, in half
    the steps (docs/adr/0014).

    Everything else goes on to the application: refusals, and reads by pages of other origins.
    """

    def __init__(self, app: ASGIApp, authenticate: Authenticate, cookies: Cookies) -> None:
        self._app = app
        self._authenticate = authenticate
        self._cookies = cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_meant(scope):
            return await self._app(scope, receive, send)
        try:
            found = await self._authenticate(presented=self._cookies.session(scope["headers"]))
            body = json.encode(UserView.of(found.user))
        except Unavailable as error:
            scope["state"]["unavailable"] = error  # whoever asks again waits as long again
            return await self._app(scope, receive, send)
        except Exception:  # whatever it is, the application meets it too, and words it
            return await self._app(scope, receive, send)
        scope["user"], scope["path_template"] = found, _PATH  # for the record of the request
        return await send_json(send, body)


def _is_meant(scope: Scope) -> bool:
    return (
        scope["type"] == ScopeType.HTTP
        and scope["path"] == _PATH
        and scope["method"] == "GET"
        and not scope.get("root_path")
        and all(name != b"origin" for name, _ in scope["headers"])
    )
