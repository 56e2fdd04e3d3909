"""The link of a demo, which logs the operator in."""

from hmac import compare_digest

from litestar import get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from adapters.http.authentication import PublicRequest, let_in_or_out
from adapters.http.cookies import Cookies
from adapters.http.options import PUBLIC
from adapters.http.pipeline.client_address import caller_of
from application.account.log_in import LogIn
from entrypoints.demo.fill import Login


def door(code: str, login: Login) -> HTTPRouteHandler:
    """A route that only a demo has: whoever knows the code is logged in as this operator, by an
    ordinary login, and led to the console. It works as often as it is opened, as long as this
    process lives.
    """

    @get("/demo/{given:str}", opt=PUBLIC, include_in_schema=False)
    async def enter(
        given: FromPath[str],
        request: PublicRequest,
        log_in: NamedDependency[LogIn],
        jar: NamedDependency[Cookies],
    ) -> Redirect:
        if not compare_digest(given.encode(), code.encode()):
            raise NotFoundException
        admission = await log_in(
            username=login.username,
            password=login.password,
            caller=caller_of(request),
            presented=request.auth,
            device=jar.device(request.scope["headers"]),
        )
        let_in_or_out(request, admission.user.id)
        return Redirect("/ops", cookies=jar.carrying(admission))

    return enter
