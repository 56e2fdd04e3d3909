"""What a request must look like before anybody reads its meaning.

Sources: RFC 9110 and 9112 (framing), ASVS 5.0 §4.2, and the cross-origin rules of Go 1.25's
`http.CrossOriginProtection`, which rest on Fetch Metadata.
"""

import re
from collections.abc import Iterable
from itertools import chain
from urllib.parse import urlsplit

from litestar.types import HTTPScope

from adapters.http.bearer import is_bearer_of_session
from adapters.http.options import FORWARD_AUTH, PROBES
from adapters.http.problem_kinds import (
    CROSS_ORIGIN,
    HEADERS_TOO_LARGE,
    HOST_NOT_ALLOWED,
    MALFORMED,
    TOO_LARGE,
    TRANSFER_CODING,
    UNSUPPORTED,
    URL_TOO_LONG,
)
from adapters.http.problems import Unacceptable

HEADERS_MAX_BYTES = 32 * 1024
HEADERS_MAX_FIELDS = 100
URL_MAX_BYTES = 8 * 1024

_ONCE = frozenset(
    {
        b"host",
        b"origin",
        b"sec-fetch-site",
        b"content-type",
        b"content-encoding",
        b"transfer-encoding",
    }
)
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = r"localhost|127(?:\.\d{1,3}){3}|\[::1\]"
_JSON = re.compile(rb"application/json\s*(;\s*charset\s*=\s*\"?utf-8\"?\s*)?", re.IGNORECASE)

Fields = dict[bytes, bytes]
"""Header fields by lower-case name; of a repeated one, the last."""


class Rules:
    """Raises `Unacceptable` for what breaks one.

    `hosts` are allowed besides loopback names, `origins` are exact origins whose pages may write.
    """

    def __init__(
        self,
        hosts: Iterable[str] = (),
        origins: Iterable[str] = (),
        body_max_bytes: int = 16 * 1024,
    ) -> None:
        self._body_max_bytes = body_max_bytes
        # A host given without a port is meant at any.
        names = "|".join([_LOOPBACK, *map(re.escape, hosts)])
        self._host = re.compile(rf"(?:{names})(?::\d*)?".encode(), re.IGNORECASE)
        self._origins = {origin.encode() for origin in origins}

    def check(self, scope: HTTPScope, fields: Fields) -> None:
        """Apply all of them."""
        headers = list(scope["headers"])
        if sum(map(len, chain.from_iterable(headers))) > HEADERS_MAX_BYTES or (
            len(headers) > HEADERS_MAX_FIELDS
        ):
            raise Unacceptable(
                HEADERS_TOO_LARGE,
                f"Send at most {HEADERS_MAX_FIELDS} header fields in {HEADERS_MAX_BYTES} bytes.",
                {"Connection": "close"},
            )
        if len(scope["raw_path"]) + len(scope["query_string"]) > URL_MAX_BYTES:
            raise Unacceptable(URL_TOO_LONG, f"Keep the URL within {URL_MAX_BYTES} bytes.")
        if len(fields) < len(headers):
            self._check_repeated([name for name, _ in headers])
        if not self._host.fullmatch(fields.get(b"host", b"")) and not _is_for_any_host(scope):
            raise Unacceptable(
                HOST_NOT_ALLOWED, "Use a host name listed in FRONTDESK_ALLOWED_HOSTS."
            )
        if fields.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
            raise Unacceptable(  # RFC 9112 §6.1
                TRANSFER_CODING,
                "Send the body with Content-Length, or in chunks and not coded otherwise.",
                {"Connection": "close"},
            )
        if scope["method"] not in _SAFE_METHODS:
            self._check_origin(fields)
            self._check_body(fields)

    def _check_repeated(self, names: list[bytes]) -> None:
        if any(names.count(name) > 1 for name in _ONCE):
            raise Unacceptable(
                MALFORMED,
                "Send Host, Origin, Content-Type and Transfer-Encoding only once.",
                {"Connection": "close"},
            )

    def _check_origin(self, fields: Fields) -> None:
        """A browser adds a bearer token to nothing by itself: whoever sends one knows it, and the
        cookie beside it does not count. A page of another origin that would send one is asked by
        its browser to ask us first (CORS).
        """
        if is_bearer_of_session(fields.get(b"authorization", b"")):
            return
        if fields.get(b"origin") not in self._origins:
            check_same_origin(fields)

    def _check_body(self, fields: Fields) -> None:
        if fields.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Unacceptable(UNSUPPORTED, "Send the body without Content-Encoding.")
        length = int(fields.get(b"content-length", b"0"))
        if length > self._body_max_bytes:
            raise Unacceptable(TOO_LARGE, f"Send at most {self._body_max_bytes} bytes.")
        has_body = length > 0 or b"transfer-encoding" in fields
        if has_body and not _JSON.fullmatch(fields.get(b"content-type", b"")):
            raise Unacceptable(
                UNSUPPORTED,
                "Declare the body as Content-Type: application/json.",
                {"Accept": "application/json"},
            )


def _is_for_any_host(scope: HTTPScope) -> bool:
    """A probe asks by an address. A proxy asks about a request to an application, and hands on
    whose host was meant.
    """
    path = scope["path"]
    return path in PROBES or bool(path == FORWARD_AUTH and scope["state"]["is_from_proxy"])


def check_same_origin(fields: Fields) -> None:
    """Raise `Unacceptable` if a page of another origin sent this."""
    origin, site = fields.get(b"origin"), fields.get(b"sec-fetch-site")
    if site is not None:
        allowed = site in (b"same-origin", b"none")
    else:
        allowed = origin is None or _authority(origin) == fields.get(b"host", b"").lower()
    if not allowed:
        raise Unacceptable(
            CROSS_ORIGIN, "Send this from a page of the same origin, or from no page at all."
        )


def _authority(origin: bytes) -> bytes:
    try:
        return urlsplit(origin.decode("latin-1").lower()).netloc.encode("latin-1")
    except ValueError:
        return b""
