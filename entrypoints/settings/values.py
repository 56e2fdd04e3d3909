"""From the text of a setting to its value. Each raises `ValueError` that says what to write."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from domain.errors import InvalidUsername
from domain.user import Username
from entrypoints.settings.cookie_domain import cookie_domain
from entrypoints.settings.declaring import ReadBy

Network = IPv4Network | IPv6Network

_LOCAL = ("127.0.0.1", "localhost", "[::1]")
_PLACE = r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?"
_ACCOUNT = r"[A-Za-z0-9._~!$&'()*+,;=:%-]*"  # RFC 3986, §3.2.1: others are percent-encoded
_POSTGRESQL = re.compile(
    rf"postgres(ql)?://({_ACCOUNT}@)?({_PLACE}(,{_PLACE})*)?/[^/?#]+(\?[^#]*)?"
)
_LAST_PORT = 65_535
_NODE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?")


RESERVED_NAMES = (
    *("abuse", "admin", "administrator", "anonymous", "api", "billing", "contact", "everyone"),
    *("frontdesk", "help", "helpdesk", "hostmaster", "info", "mail", "moderator", "no-reply"),
    *("noreply", "nobody", "null", "official", "operator", "ops", "owner", "postmaster", "root"),
    *("security", "service", "staff", "status", "superuser", "support", "sysadmin", "system"),
    *("team", "undefined", "webmaster", "www"),
)
"""Names of roles in which people trust, and words that mean something to programs; those of mail
are from RFC 2142.
"""


class Secret(bytes):
    """A key that does not show itself."""

    def __repr__(self) -> str:
        return "Secret(…)"


class Rate(Struct, frozen=True):
    """A rate limit: at most so many attempts in so many seconds."""

    attempts: int
    seconds: int


def rate(raw: str) -> Rate:
    """A rate limit, as in `10/300`. Raises `ValueError`."""
    match = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", raw)
    if match is None:
        raise ValueError("Write ATTEMPTS/SECONDS, as in 10/300.")
    return Rate(int(match[1]), int(match[2]))


class PostgresqlUrl(Struct, frozen=True):
    """A URL as libpq and asyncpg read it. It shows neither its password nor its options."""

    value: str

    def __str__(self) -> str:
        parts = urlsplit(self.value)
        account, at, hosts = parts.netloc.rpartition("@")
        return f"postgresql://{account.partition(':')[0]}{at}{hosts}{parts.path}"

    __repr__ = __str__

    @property
    def has_password(self) -> bool:
        """Whether it says the password."""
        parts = urlsplit(self.value)
        return parts.password is not None or "password" in dict(parse_qsl(parts.query))

    @property
    def is_verified(self) -> bool:
        """Whether the server proves who it is, or nothing but this machine lies between."""
        options = dict(parse_qsl(urlsplit(self.value).query))
        hosts = urlsplit(self.value).netloc.rpartition("@")[2] or options.get("host", "/")
        names = [re.sub(r":\d+$", "", each) for each in hosts.split(",")]
        is_local = all(name in _LOCAL or name.startswith("/") for name in names)
        return is_local or options.get("sslmode") == "verify-full"


def database(raw: str) -> Path | PostgresqlUrl:
    """A file, as in `sqlite:///data/frontdesk.db`, or a server, as in
    `postgresql://frontdesk@db.example.com/frontdesk`.
    """
    if _POSTGRESQL.fullmatch(raw) and not _has_no_such_port(raw):
        return PostgresqlUrl(raw)
    match = re.fullmatch(r"sqlite:///(?P<path>[^?#]+)", raw)
    if match is None or match["path"] == ":memory:":
        raise ValueError(
            "Name a SQLite file, as in sqlite:///data/frontdesk.db, or a PostgreSQL database, as in"
            " postgresql://frontdesk@db.example.com/frontdesk. Percent-encode special characters of"
            " a password."
        )
    return Path(match["path"])


def _has_no_such_port(url: str) -> bool:
    hosts = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
    ports = re.findall(r":(\d+)(?=,|$)", hosts)
    return any(not 0 < int(port) <= _LAST_PORT for port in ports)


def password(raw: str) -> Secret:
    """Any text."""
    return Secret(raw.encode())


def origin(raw: str) -> str:
    """A scheme and a host, as in `https://accounts.example.com`."""
    scheme, _, host = raw.partition("://")
    if scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise ValueError("Write an origin as https://accounts.example.com.")
    return raw.lower()


def host(raw: str) -> str:
    """A host name, with or without a port."""
    if not _HOST.fullmatch(raw):
        raise ValueError("Write a host name as accounts.example.com.")
    return raw.lower()


def node(raw: str) -> str:
    """The name of a node, as in `eu-1.example.com`."""
    if not _NODE.fullmatch(raw):
        raise ValueError("Use up to 64 letters, digits, dots, hyphens and underscores.")
    return raw


def network(raw: str) -> Network:
    """An address or a network."""
    try:
        return ip_network(raw)
    except ValueError:
        raise ValueError(f"{raw!r} is not an address or network, as in 10.0.0.0/8.") from None


def secret(minimum: int) -> Callable[[str], Secret]:
    """A key of at least so many bytes."""

    def parse(raw: str) -> Secret:
        if "," in raw:
            raise ValueError("Use no comma.")
        if len(raw.encode()) < minimum:
            raise ValueError(f"Use at least {minimum} bytes, best from a random source.")
        return Secret(raw.encode())

    return parse


def several(parse: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    """Several of these, separated by commas."""
    return lambda raw: tuple(parse(item.strip()) for item in raw.split(",") if item.strip())


def names(raw: str) -> tuple[str, ...]:
    """Several usernames, or `none`. Raises `ValueError`."""
    found: tuple[str, ...] = () if raw == "none" else several(str)(raw)
    for each in found:
        try:
            Username.parse(each)
        except InvalidUsername as error:
            raise ValueError(f"{each!r} is no username. {error}") from None
    return found


def page(raw: str) -> str:
    """The address of a page. Raises `ValueError`."""
    parts = urlsplit(raw)
    plain = re.fullmatch(r"[\x21-\x7e]+", raw) and not set(raw) & set('"<>\\^`{|}#@')
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("Use the address of a page, as in https://app.example.com/sign-in.")
    return raw


FOLDER = ReadBy(Path, "a path")
NODE = ReadBy(node, "up to 64 letters, digits, dots, hyphens and underscores")
DATABASE = ReadBy(database, "`sqlite:///FILE` or `postgresql://USER@HOST/DATABASE`")
PASSWORD = ReadBy(password, "text")
ORIGIN = ReadBy(origin, "`https://HOST`")
ORIGINS = ReadBy(several(origin), "`https://HOST`, several with commas")
DOMAIN = ReadBy(cookie_domain, "a domain name")
PAGE = ReadBy(page, "an address")
HOSTS = ReadBy(several(host), "host names, several with commas")
NETWORKS = ReadBy(several(network), "addresses or networks, several with commas")
NAMES = ReadBy(names, "names, several with commas")
RATE = ReadBy(rate, "`ATTEMPTS/SECONDS`")
PEPPER = ReadBy(secret(16), "16 bytes or more")
PEPPERS = ReadBy(several(secret(16)), "16 bytes or more each, several with commas")
KEY = ReadBy(secret(32), "32 bytes or more")
WORDS = ReadBy(several(str), "words, several with commas")
