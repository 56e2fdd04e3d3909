"""The page operators live in: static files, which do everything through the operations API."""

from pathlib import Path

from litestar import Controller, Response, get
from litestar.params import FromPath

from adapters.http.authentication import PUBLIC
from adapters.http.static_files import StaticFile, StaticFiles

_FOLDER = Path(__file__).with_name("pages") / "console"
_PAGE = "index.html"
_FILES = StaticFiles(_FOLDER / _PAGE)
_ASSETS = StaticFiles(*(path for path in _FOLDER.iterdir() if path.name != _PAGE))
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class ConsoleController(Controller):
    """Anybody may load it; without an operator's session it shows the login."""

    path = "/ops"
    opt = PUBLIC
    include_in_schema = False
    response_headers = _HEADERS

    @get(["/", "/{view:str}", "/{view:str}/{key:str}"])
    async def page(self) -> Response[StaticFile]:
        """The same for every view: which one is shown, the script reads from the address."""
        return await _FILES.answer(_PAGE)

    @get("/assets/{name:str}")
    async def asset(self, name: FromPath[str]) -> Response[StaticFile]:
        """A script, the style or the icon."""
        return await _ASSETS.answer(name)
