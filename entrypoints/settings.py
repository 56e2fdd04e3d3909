"""Settings, read once from the environment and a `.env` in the working directory."""

import os
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from environs import FileAwareEnv
from msgspec import Struct

from domain.password import PasswordPolicy
from domain.session import SessionPolicy
from domain.throttle import Limit, ThrottlePolicy

PREFIX = "FRONTDESK_"

Network = IPv4Network | IPv6Network

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?")


class InvalidSettings(Exception):
    """Some settings are wrong. `mistakes` has one sentence for each, by the variable's name."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        lines = [f"  {name}: {text}" for name, text in sorted(mistakes.items())]
        super().__init__("\n".join(["These settings are wrong:", *lines]))
        self.mistakes = mistakes


class Secret(bytes):
    """A key that does not show itself."""

    def __repr__(self) -> str:
        return "Secret(…)"


class Rate(Struct, frozen=True):
    """So many in so many seconds."""

    attempts: int
    seconds: int


class Settings(Struct, frozen=True, kw_only=True):
    """Everything an operator can set. `.env.example` explains each, with its default."""

    data_dir: Path = Path("data")
    database_url: Path | None = None
    profile: Literal["default", "hardened"] = "default"
    public_origin: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    trusted_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    bcrypt_cost: int = 12
    hash_threads: int | None = None
    hash_max_wait_seconds: float = 2
    throttle: Literal["on", "off"] = "on"
    limit_account_network: Rate = Rate(10, 300)
    limit_network: Rate = Rate(100, 300)
    limit_account: Rate = Rate(50, 3600)
    limit_device: Rate = Rate(10, 300)
    limit_sign_ups: Rate = Rate(100, 60)
    limit_confirmations: Rate = Rate(10, 300)
    first_wait_seconds: float = 60
    longest_wait_seconds: float = 900
    pepper: Secret | None = None
    old_peppers: tuple[Secret, ...] = ()
    secret_key: Secret | None = None
    session_days: float = 7
    session_idle_minutes: float | None = None
    sessions_per_user: int = 20
    fresh_login_minutes: float = 10
    event_days: float = 365
    body_seconds: float = 10

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.database_url or self.data_dir / "frontdesk.db"

    @property
    def hardened(self) -> bool:
        """Whether the stricter profile is on."""
        return self.profile == "hardened"

    @property
    def https(self) -> bool:
        """Whether browsers reach the service by https; decides `Secure` cookies and HSTS."""
        return (self.public_origin or "").startswith("https://")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names served besides loopback."""
        public = (urlsplit(self.public_origin).netloc,) if self.public_origin else ()
        return (*self.allowed_hosts, *public)

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may write."""
        return (*self.trusted_origins, *((self.public_origin,) if self.public_origin else ()))

    @property
    def password_policy(self) -> PasswordPolicy:
        """How long passwords must be; which ones are too common, the composition root adds."""
        return PasswordPolicy(minimum=8) if self.hardened else PasswordPolicy()

    @property
    def session_policy(self) -> SessionPolicy:
        """How long sessions last."""
        idle = self.session_idle_minutes
        return SessionPolicy(
            absolute=timedelta(days=self.session_days),
            idle=None if idle is None else timedelta(minutes=idle),
            fresh=timedelta(minutes=self.fresh_login_minutes),
            at_most=self.sessions_per_user,
        )

    @property
    def throttle_policy(self) -> ThrottlePolicy:
        """How often somebody may guess."""

        def limit(rate: Rate) -> Limit:
            return Limit(
                rate.attempts,
                timedelta(seconds=rate.seconds),
                timedelta(seconds=self.first_wait_seconds),
                timedelta(seconds=self.longest_wait_seconds),
            )

        return ThrottlePolicy(
            account_network=limit(self.limit_account_network),
            network=limit(self.limit_network),
            account=limit(self.limit_account),
            device=limit(self.limit_device),
            sign_ups=limit(self.limit_sign_ups),
            confirmations=limit(self.limit_confirmations),
        )


def read_settings(directory: Path | None = None) -> Settings:
    """From the environment, then from `.env` in `directory` (the working directory). An empty value
    counts as none; `NAME_FILE` names a file that holds the value of `NAME`. Raises
    `InvalidSettings`, with all mistakes at once.
    """
    env = FileAwareEnv(prefix=PREFIX, strip_whitespace=True)
    env.read_env((directory or Path.cwd()) / ".env", recurse=False)
    values: dict[str, Any] = {}
    mistakes: dict[str, str] = {}
    for name, parse in _PARSERS.items():
        variable = PREFIX + name.upper()
        try:
            if raw := env.str(name.upper(), "").strip():
                values[name] = parse(raw)
        except ValueError as error:
            mistakes[variable] = str(error)
    settings = Settings(**values)
    mistakes = _contradictions(settings) | mistakes
    if mistakes:
        raise InvalidSettings(mistakes)
    return settings


def unknown_names() -> list[str]:
    """Variables that look like settings and are none."""
    known = {*NAMES, *(f"{name}_FILE" for name in NAMES)}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def _contradictions(settings: Settings) -> dict[str, str]:
    mistakes: dict[str, str] = {}
    if settings.hardened and not settings.https:
        mistakes[PREFIX + "PUBLIC_ORIGIN"] = "The profile hardened needs an https:// origin."
    if settings.hardened and any(not each.startswith("https:") for each in settings.origins):
        mistakes[PREFIX + "TRUSTED_ORIGINS"] = "The profile hardened needs https:// origins."
    if settings.hardened and settings.bcrypt_cost < Settings().bcrypt_cost:
        mistakes[PREFIX + "BCRYPT_COST"] = "The profile hardened needs the default cost or more."
    idle, steps = settings.session_idle_minutes, settings.session_policy.seen_every
    if idle is not None and timedelta(minutes=idle) < 2 * steps:
        mistakes[PREFIX + "SESSION_IDLE_MINUTES"] = (
            f"Use at least {2 * steps.total_seconds() / 60:g}: last use is noted only every "
            f"{steps.total_seconds() / 60:g} minutes."
        )
    return mistakes


def _choice(*choices: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw not in choices:
            raise ValueError(f"Choose {' or '.join(choices)}.")
        return raw

    return parse


def _rate(raw: str) -> Rate:
    match = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", raw)
    if match is None:
        raise ValueError("Write so many in so many seconds, as in 10/300.")
    return Rate(int(match[1]), int(match[2]))


def _sqlite_file(raw: str) -> Path:
    match = re.fullmatch(r"sqlite:///(?P<path>[^?#]+)", raw)
    if match is None or match["path"] == ":memory:":
        raise ValueError("Give a SQLite file, as in sqlite:///data/frontdesk.db.")
    return Path(match["path"])


def _origin(raw: str) -> str:
    scheme, _, host = raw.partition("://")
    if scheme not in ("http", "https") or not _HOST.fullmatch(host):
        raise ValueError("Write an origin as https://accounts.example.com.")
    return raw.lower()


def _host(raw: str) -> str:
    if not _HOST.fullmatch(raw):
        raise ValueError("Write a host name as accounts.example.com.")
    return raw.lower()


def _network(raw: str) -> Network:
    try:
        return ip_network(raw)
    except ValueError:
        raise ValueError(f"{raw!r} is not an address or network, as in 10.0.0.0/8.") from None


def _secret(minimum: int) -> Callable[[str], Secret]:
    def parse(raw: str) -> Secret:
        if "," in raw:
            raise ValueError("Use no comma.")
        if len(raw.encode()) < minimum:
            raise ValueError(f"Use at least {minimum} bytes, best from a random source.")
        return Secret(raw.encode())

    return parse


def _whole(minimum: int, maximum: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not re.fullmatch(r"\d{1,9}", raw) or not minimum <= int(raw) <= maximum:
            raise ValueError(f"Use a whole number from {minimum} to {maximum}.")
        return int(raw)

    return parse


def _number(maximum: float) -> Callable[[str], float]:
    def parse(raw: str) -> float:
        if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?", raw) or not 0 < float(raw) <= maximum:
            raise ValueError(f"Use a number above 0 and up to {maximum:g}.")
        return float(raw)

    return parse


def _list(parse: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    return lambda raw: tuple(parse(item.strip()) for item in raw.split(",") if item.strip())


_PARSERS: dict[str, Callable[[str], Any]] = {
    "data_dir": Path,
    "database_url": _sqlite_file,
    "profile": _choice("default", "hardened"),
    "public_origin": _origin,
    "allowed_hosts": _list(_host),
    "trusted_origins": _list(_origin),
    "trusted_proxies": _list(_network),
    "bcrypt_cost": _whole(10, 31),
    "hash_threads": _whole(1, 1_024),
    "hash_max_wait_seconds": _number(60),
    "throttle": _choice("on", "off"),
    "limit_account_network": _rate,
    "limit_network": _rate,
    "limit_account": _rate,
    "limit_device": _rate,
    "limit_sign_ups": _rate,
    "limit_confirmations": _rate,
    "first_wait_seconds": _number(86_400),
    "longest_wait_seconds": _number(86_400),
    "pepper": _secret(16),
    "old_peppers": _list(_secret(16)),
    "secret_key": _secret(32),
    "session_days": _number(365),
    "session_idle_minutes": _number(525_600),
    "sessions_per_user": _whole(1, 1_000),
    "fresh_login_minutes": _number(1_440),
    "event_days": _number(36_500),
    "body_seconds": _number(3_600),
}
NAMES = tuple(PREFIX + name.upper() for name in _PARSERS)
