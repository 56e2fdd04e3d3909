"""Where people sign in, and where they may be sent back to afterwards."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

_HOST = re.compile(r"(?=[a-z0-9])[a-z0-9.-]{1,253}(?::\d{1,5})?")
_VISIBLE = re.compile(r"/[\x21-\x7e]*")
_MISREAD = re.compile(r"//|[\x00-\x1f\x7f\\]|/\.{1,2}(?:/|$)")
_URI_MAX_CHARACTERS = 2_048
_DECODED_AT_MOST = 6


@dataclass(frozen=True, slots=True)
class SignInPage:
    """`url` is the page. People are sent back to pages of `origins`, and of hosts below `domain`
    over https, or over http if `is_plain` allows it.
    """

    url: str | None
    origins: Collection[str] = ()
    domain: str | None = None
    is_plain: bool = False

    def leading_back(self, fields: Mapping[bytes, bytes], *, is_from_proxy: bool) -> str | None:
        """The page, with the address that was asked for as `return_to`. That address is told by
        `X-Forwarded-Proto`, `-Host` and `-Uri` of a trusted proxy; one of nobody's, or of anybody
        else's page, is left out.
        """
        if self.url is None:
            return None
        asked = self._asked(fields) if is_from_proxy else None
        if asked is None:
            return self.url
        joint = "&" if urlsplit(self.url).query else "?"
        return f"{self.url}{joint}return_to={quote(asked, safe='')}"

    def _asked(self, fields: Mapping[bytes, bytes]) -> str | None:
        scheme, host, uri = (
            fields.get(b"x-forwarded-" + name, b"").decode("latin-1")
            for name in (b"proto", b"host", b"uri")
        )
        origin = f"{scheme}://{host.lower()}"
        if not (_HOST.fullmatch(host.lower()) and self._is_ours(origin) and _is_plain_path(uri)):
            return None
        return origin + uri

    def _is_ours(self, origin: str) -> bool:
        if origin in self.origins:
            return True
        parts = urlsplit(origin)
        is_below = self.domain is not None and (
            parts.hostname == self.domain or (parts.hostname or "").endswith(f".{self.domain}")
        )
        return is_below and (parts.scheme == "https" or (parts.scheme == "http" and self.is_plain))


def _is_plain_path(uri: str) -> bool:
    """A path that no reader takes for another host or another header field, however often it is
    decoded.
    """
    if len(uri) > _URI_MAX_CHARACTERS or not _VISIBLE.fullmatch(uri):
        return False
    path = uri.partition("?")[0]
    for _ in range(_DECODED_AT_MOST):
        if _MISREAD.search(path):
            return False
        decoded = unquote(path, "latin-1")
        if decoded == path:
            return True
        path = decoded
    return False
