"""Who is at the other end of the connection."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from litestar import Request
from litestar.types import HTTPScope, Receive

from domain.network import unmapped
from domain.secrets import hide_secrets
from domain.session import Caller

_USER_AGENT_MAX_CHARACTERS = 256
_UNKNOWN = "unknown"


class ClientAddress:
    """Finds the address of the caller.

    `X-Forwarded-For` is believed only as far as it was written by `trusted_proxies`: it is read
    from the right, and the first address that is not such a proxy is the caller. An IPv4-mapped
    address is trusted as the IPv4 address it is; one that is carried otherwise (6to4, NAT64) never.
    """

    def __init__(self, trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        self._trusted = tuple(trusted_proxies)

    def of(self, scope: HTTPScope, receive: Receive, forwarded_for: bytes | None) -> str:
        """The caller's address; `unknown` if there is none, as on a Unix socket."""
        if forwarded_for is None:
            return scope["client"][0] if scope["client"] else _UNKNOWN
        return self.behind(_peer(scope, receive), forwarded_for)

    def behind(self, address: str, forwarded_for: bytes) -> str:
        """The address of whoever speaks through this one, as far as it is trusted."""
        hops = [hop.strip() for hop in forwarded_for.decode("latin-1").split(",")]
        while hops and self._is_trusted(address):
            address = _without_port(hops.pop())
        return address if unmapped(address) else _UNKNOWN

    def is_from_proxy(self, scope: HTTPScope, receive: Receive) -> bool:
        """Say whether one of the trusted proxies sent this, and not a stranger."""
        return bool(self._trusted) and self._is_trusted(_peer(scope, receive))

    def _is_trusted(self, address: str) -> bool:
        peer = unmapped(address)
        return peer is not None and any(peer in network for network in self._trusted)


def caller_of(request: Request[Any, Any, Any]) -> Caller:
    """Where this request comes from; `RequestContext` has put the address into the scope."""
    client = request.scope["client"]
    user_agent = request.headers.get("user-agent", "")
    shown = hide_secrets(user_agent)[:_USER_AGENT_MAX_CHARACTERS]  # not the other way round
    return Caller(client[0] if client else _UNKNOWN, shown)


def _peer(scope: HTTPScope, receive: Receive) -> str:
    """The address the connection itself has.

    uvicorn, unless told otherwise, replaces `scope["client"]` by what `X-Forwarded-For` says
    whenever the connection comes from loopback. Its `receive` still knows the transport.
    """
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    peer = transport.get_extra_info("peername") if transport else scope["client"]
    return str(peer[0]) if peer else _UNKNOWN


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
