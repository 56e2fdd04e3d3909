"""The two reads that applications make all the time, on a way of their own."""

from collections.abc import Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct, json

from adapters.http.accounts import AccountController
from adapters.http.cookies import Cookies
from adapters.http.current_session import CurrentSessionController, CurrentSessionView
from adapters.http.json_response import send_json
from adapters.http.views import UserView
from application.steps.authenticate import Authenticate
from domain.errors import Unavailable
from domain.session import SignedIn


class SignedInReads:
    """Answers `GET /api/user` and `GET /api/session` as their handlers would, without the router,
    in half the steps (docs/adr/0014).

    Everything else goes on to the application: refusals, and reads by pages of other origins.
    """

    def __init__(self, app: ASGIApp, authenticate: Authenticate, cookies: Cookies) -> None:
        self._app = app
        self._authenticate = authenticate
        self._cookies = cookies
        self._views: dict[str, Callable[[SignedIn], Struct]] = {
            AccountController.path: lambda found: UserView.of(found.user),
            CurrentSessionController.path: lambda found: CurrentSessionView.of(
                found, authenticate.lifetimes
            ),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        view_of = self._views.get(scope["path"]) if _is_plain_get(scope) else None
        if view_of is None:
            return await self._app(scope, receive, send)
        try:
            found = await self._authenticate(presented=self._cookies.session(scope["headers"]))
            body = json.encode(view_of(found))
        except Unavailable as error:
            scope["state"]["unavailable"] = error  # whoever asks again waits as long again
            return await self._app(scope, receive, send)
        except Exception:  # whatever it is, the application meets it too, and words it
            return await self._app(scope, receive, send)
        # For the record of the request.
        scope["user"], scope["path_template"] = found, scope["path"]
        return await send_json(send, body)


def _is_plain_get(scope: Scope) -> bool:
    return (
        scope["type"] == ScopeType.HTTP
        and scope["method"] == "GET"
        and not scope.get("root_path")
        and all(name != b"origin" for name, _ in scope["headers"])
    )
