"""HTTP/1.1 as bytes, for what the server answers before there is a request, or reads of one."""

import re
import secrets
from http import HTTPStatus

from adapters.http.problem_kinds import Kind
from adapters.http.problems import PROBLEM_JSON, encode

_END_OF_AUTHORITY = re.compile(rb"[/?#]")


def refusal(kind: Kind, detail: str, retry_after: int | None = None) -> bytes:
    """A whole answer, after which the connection is closed. `retry_after` is in seconds."""
    body = encode(kind, detail)
    head = [
        b"HTTP/1.1 %d %s" % (kind.status, HTTPStatus(kind.status).phrase.encode()),
        b"content-type: " + PROBLEM_JSON.encode(),
        b"content-length: %d" % len(body),
        b"x-request-id: " + secrets.token_hex(8).encode(),
        b"connection: close",
    ]
    if retry_after is not None:
        head.append(b"retry-after: %d" % retry_after)
    return b"\r\n".join([*head, b"", body])


def authority_of(target: bytes) -> bytes:
    """The host and port of a target in absolute form, as in `http://host:port/path`; nothing for
    one in another form. RFC 9112 §3.2.2: it takes the place of the field Host.
    """
    if target.startswith(b"/"):
        return b""
    _, _, rest = target.partition(b"://")
    return _END_OF_AUTHORITY.split(rest, maxsplit=1)[0]
