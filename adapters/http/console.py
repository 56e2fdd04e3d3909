"""The page operators live in: static files, which do everything through the operations API."""

from pathlib import Path

from litestar import Controller, MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from adapters.http.authentication import PUBLIC

_FOLDER = Path(__file__).with_name("pages") / "console"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FILES = {
    path.name: (path.read_bytes(), _TYPES[path.suffix])
    for path in _FOLDER.iterdir()
    if path.suffix in _TYPES
}
_PAGE = (_FOLDER / "index.html").read_bytes()
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

    @get(["/", "/{view:str}", "/{view:str}/{key:str}"], media_type=MediaType.HTML)
    async def page(self) -> bytes:
        """The same for every view: which one is shown, the script reads from the address."""
        return _PAGE

    @get("/assets/{name:str}")
    async def asset(self, name: FromPath[str]) -> Response[bytes]:
        """A script, the style or the icon."""
        content, media_type = _found(name)
        return Response(content, media_type=media_type)


def _found(name: str) -> tuple[bytes, str]:
    if name not in _FILES:
        raise NotFoundException
    return _FILES[name]
