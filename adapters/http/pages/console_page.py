"""The page operators live in: static files, which do everything through the operations API."""

from pathlib import Path

from litestar import Controller, Response, get
from litestar.params import FromPath

from adapters.http.options import PUBLIC
from adapters.http.pages.static_files import StaticFile, StaticFiles, page_of
from adapters.http.pipeline.response_headers import PAGE_POLICY

_FOLDER = Path(__file__).with_name("console")
_PAGE = "index.html"
_FILES = StaticFiles(_FOLDER / _PAGE)
_ASSETS = StaticFiles(*(path for path in _FOLDER.iterdir() if path.name != _PAGE))
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
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
        """The same for every view: which one is shown, the script reads from the address. It names
        the folder under which browsers may keep its files.
        """
        html = (await _FILES.all())[_PAGE].content.decode()
        return page_of(html.replace("/ops/assets/", f"/ops/assets/{await _ASSETS.digest()}/"))

    @get("/assets/{digest:str}/{name:str}")
    async def asset(self, digest: FromPath[str], name: FromPath[str]) -> Response[StaticFile]:
        """A script, the style or the icon."""
        return await _ASSETS.unchanging_in(digest, name)
