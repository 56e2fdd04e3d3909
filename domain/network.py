"""Networks: who shares fate when somebody there misbehaves."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_SHARES = {64: 1, 56: 4, 48: 16}
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Network:
    """A network by which attempts are counted. It may have `share` times as many as one address."""

    name: str
    share: int = 1


@dataclass(frozen=True, slots=True)
class Client:
    """On whose behalf somebody waits in a queue.

    Queues take turns among `site`s, and then among the `network`s of a site; of IPv4 both are the
    address, of IPv6 the /48 and the /64. Both are empty where only the user counts. `recognised` is
    a browser that has logged in to this account before. `user_id` is who is signed in.
    """

    site: str
    network: str
    recognised: bool = False
    user_id: int | None = None


@lru_cache(maxsize=4096)
def networks_of(address: str) -> tuple[Network, ...]:
    """The networks of an address, narrowest first: an IPv4 address alone; of IPv6 the /64, the /56
    and the /48, for a site is given that many (RFC 6177). An IPv6 address that carries an IPv4
    address (mapped, RFC 4291; NAT64, RFC 6052; 6to4, RFC 3056) counts as that one. Whatever is no
    address is its own network.

    This is for counting. Whom to trust never goes by a carried address, except a mapped one.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return (Network(address),)
    carried = _carried(parsed)
    if isinstance(carried, IPv4Address):
        return (Network(str(carried)),)
    return tuple(
        Network(str(IPv6Network((int(carried), prefix), strict=False)), share)
        for prefix, share in _SHARES.items()
    )


def unmapped(address: str) -> IPv4Address | IPv6Address | None:
    """The address, and of an IPv4-mapped one (RFC 4291 §2.5.5.2) the IPv4 address, which is what
    a socket for both families calls an IPv4 peer. `None` if it is no address.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
