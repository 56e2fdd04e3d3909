"""Files that pages load: read once, shared by all answers, and sent in pieces."""

import gzip
import hashlib
from asyncio import to_thread
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send
from msgspec import Struct

PIECE_BYTES = 64 * 1024
"""As much as a server buffers for a connection; each piece waits until the buffer has drained."""

UNCHANGING = "public, max-age=31536000, immutable"
"""For a name that has a digest of the content in it (RFC 8246)."""

_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


class StaticFile(Struct, frozen=True):
    """One file. `content` is the same object in every answer, and so is `packed`, the same by gzip
    for who accepts that; no file has a secret, which its size could tell.
    """

    name: str
    content: bytes
    packed: bytes
    media_type: str
    digest: str

    @property
    def hashed_name(self) -> str:
        """As in `start.0123456789ab.js`: another name when the content is another."""
        stem, _, ending = self.name.rpartition(".")
        return f"{stem}.{self.digest}.{ending}"


class StaticFiles:
    """Files at these paths, by name; read when the first of them is wanted."""

    def __init__(self, *paths: Path) -> None:
        self._paths = paths
        self._files: Mapping[str, StaticFile] | None = None
        self._digest: str | None = None

    async def all(self) -> Mapping[str, StaticFile]:
        """Every file by its name."""
        if self._files is None:
            self._files = await to_thread(_read, self._paths)
        return self._files

    async def digest(self) -> str:
        """Another one when any of the files is another."""
        if self._digest is None:
            digests = [f"{file.name} {file.digest}" for file in (await self.all()).values()]
            self._digest = _digest_of("\n".join(sorted(digests)).encode())
        return self._digest

    async def unchanging(self, name: str) -> Response[StaticFile]:
        """By its hashed name, to be kept by browsers. Raises `NotFoundException`."""
        for file in (await self.all()).values():
            if file.hashed_name == name:
                return _kept_for_good(file)
        raise NotFoundException

    async def unchanging_in(self, folder: str, name: str) -> Response[StaticFile]:
        """By its name in a folder that is named by the digest of all, so that the files may name
        each other; to be kept by browsers. Raises `NotFoundException`.
        """
        file = (await self.all()).get(name)
        if file is None or folder != await self.digest():
            raise NotFoundException
        return _kept_for_good(file)


def _kept_for_good(file: StaticFile) -> Response[StaticFile]:
    return _FileResponse(file, headers={"Cache-Control": UNCHANGING})


def page_of(html: str) -> Response[StaticFile]:
    """A page made of a file: to be asked for again each time, and sent only when changed."""
    content = html.encode()
    file = _file("page.html", content)
    return _FileResponse(file, headers={"Cache-Control": "no-cache"})


class _FileResponse(Response[StaticFile]):
    """Litestar calls `to_asgi_response` with what the layers of the handler define."""

    def to_asgi_response(
        self,
        app: Any,
        request: Request[Any, Any, Any],
        *,
        headers: dict[str, str] | None = None,
        cookies: Iterable[Cookie] | None = None,
        **options: Any,
    ) -> ASGIResponse:
        file, fields = self.content, {**(headers or {}), **self.headers}
        content, etag = file.content, f'"{file.digest}"'
        fields["Vary"] = "Accept-Encoding"
        if _accepts_gzip(request.headers.get("accept-encoding", "")):
            content, etag = file.packed, f'"{file.digest}-gzip"'
            fields["Content-Encoding"] = "gzip"
        fields["ETag"] = etag
        if _has(request.headers.get("if-none-match", ""), etag):
            fields.pop("Content-Encoding", None)
            return ASGIResponse(status_code=304, headers=fields)
        return _Pieces(content, file.media_type, fields)


class _Pieces(ASGIResponse):
    def __init__(self, content: bytes, media_type: str, fields: dict[str, str]) -> None:
        super().__init__(headers=fields, media_type=media_type, content_length=len(content))
        self._content = memoryview(content)

    async def send_body(self, send: Send, receive: Receive) -> None:
        """A server that buffers enough for this client waits in `send`; nothing is copied."""
        end = len(self._content)
        for start in range(0, end, PIECE_BYTES):
            piece: Any = self._content[start : start + PIECE_BYTES]
            more = start + PIECE_BYTES < end
            await send({"type": "http.response.body", "body": piece, "more_body": more})


def _accepts_gzip(accept_encoding: str) -> bool:
    """RFC 9110 §12.5.3, of which browsers use this much: `q=0` refuses it."""
    for each in accept_encoding.lower().split(","):
        coding, _, weight = each.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


def _has(if_none_match: str, etag: str) -> bool:
    """RFC 9110 §13.1.2, which compares weakly."""
    given = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return etag in given or given == ["*"]


def _read(paths: Iterable[Path]) -> dict[str, StaticFile]:
    return {path.name: _file(path.name, path.read_bytes()) for path in paths}


def _file(name: str, content: bytes) -> StaticFile:
    media_type = _TYPES[Path(name).suffix]
    return StaticFile(
        name, content, gzip.compress(content, mtime=0), media_type, _digest_of(content)
    )


def _digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
