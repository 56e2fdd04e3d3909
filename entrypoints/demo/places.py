"""Where requests come from: addresses that belong to nobody, and programs that exist."""

from random import Random

from domain.session import Caller

IPV4 = ("192.0.2", "198.51.100", "203.0.113")
IPV6 = "2001:db8"
"""The networks set apart for documentation (RFC 5737, RFC 3849)."""

GUESSER = Caller("198.51.100.23", "python-requests/2.32.3")
"""Who guesses one user's password."""

SPAMMER = Caller("203.0.113.66", "Go-http-client/2.0")
"""Who signs up again and again."""

SCANNER = Caller("192.0.2.199", "Mozilla/5.0 (compatible; InspectorBot/1.4)")
"""Who looks for files that are not here."""

COMMAND_LINE = Caller("command line", "")
"""Where the commands of `frontdesk` come from, as they are remembered."""

_LAST_OF_A_NETWORK = 254
_MOZILLA, _WEBKIT = "Mozilla/5.0", "AppleWebKit/537.36 (KHTML, like Gecko)"
_MAC, _WINDOWS = "(Macintosh; Intel Mac OS X 10_15_7)", "(Windows NT 10.0; Win64; x64)"

DESKTOPS = (
    f"{_MOZILLA} {_WINDOWS} {_WEBKIT} Chrome/142.0.0.0 Safari/537.36",
    f"{_MOZILLA} {_WINDOWS} {_WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    f"{_MOZILLA} {_MAC} {_WEBKIT} Chrome/141.0.0.0 Safari/537.36",
    f"{_MOZILLA} {_MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    f"{_MOZILLA} (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    f"{_MOZILLA} (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
)
PHONES = (
    f"{_MOZILLA} (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    f"{_MOZILLA} (Linux; Android 10; K) {_WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36",
    f"{_MOZILLA} (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0",
)
PROGRAMS = ("curl/8.14.1", "python-httpx/0.28.1", "python-requests/2.32.5")


def address(random: Random) -> str:
    """One of a home: two in three are IPv4."""
    taken = {GUESSER.address, SPAMMER.address, SCANNER.address}
    while True:
        if random.random() < 1 / 3:
            network = f"{random.randrange(16**4):x}:{random.randrange(16**4):x}"
            found = f"{IPV6}:{network}::{random.randrange(1, 16**4):x}"
        else:
            found = f"{random.choice(IPV4)}.{random.randrange(1, _LAST_OF_A_NETWORK + 1)}"
        if found not in taken:
            return found


def machines(random: Random) -> tuple[Caller, ...]:
    """What somebody logs in with: a desktop, mostly a phone as well, and now and then a program."""
    home = address(random)
    found = [Caller(home, random.choice(DESKTOPS))]
    if random.random() < 0.7:
        found.append(Caller(random.choice([home, address(random)]), random.choice(PHONES)))
    if random.random() < 0.12:
        found.append(Caller(home, random.choice(PROGRAMS)))
    return tuple(found)
