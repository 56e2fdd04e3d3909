"""Settings, read once from the environment and a `.env` in the working directory."""

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from socket import gethostname
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from dotenv import load_dotenv
from msgspec import Struct, field, structs

from domain.password import PasswordPolicy
from domain.session import Lifetimes, SessionPolicy
from entrypoints.cookie_domain import covers
from entrypoints.parsing import PARSERS, RESERVED_NAMES, Network, PostgresqlUrl, Rate, Secret

PREFIX = "FRONTDESK_"


class InvalidSettings(Exception):
    """Some settings are wrong. `mistakes` has one sentence for each, by the variable's name."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        lines = [f"  {name}: {text}" for name, text in sorted(mistakes.items())]
        super().__init__("\n".join(["These settings are wrong:", *lines]))
        self.mistakes = mistakes


class Settings(Struct, frozen=True, kw_only=True):
    """Everything an operator can set. `.env.example` explains each, with its default."""

    data_dir: Path = Path("data")
    node: str = field(default_factory=gethostname)
    database_url: Path | PostgresqlUrl | None = None
    database_password: Secret | None = None
    database_pool: int = 10
    database_pool_seconds: float = 2
    database_connect_seconds: float = 2
    database_lookup_seconds: float = 2
    database_statement_seconds: float = 5
    database_commit_seconds: float = 5
    database_lock_seconds: float = 2
    database_idle_seconds: float = 10
    migrate: Literal["auto", "never"] = "auto"
    profile: Literal["default", "hardened"] = "default"
    public_origin: str | None = None
    cookie_domain: str | None = None
    sign_in_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    trusted_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    sign_up: Literal["open", "invited", "closed"] = "open"
    reserved_names: tuple[str, ...] = RESERVED_NAMES
    bcrypt_cost: int = 12
    hash_threads: int | None = None
    hash_max_wait_seconds: float = 2
    throttle: Literal["on", "off"] = "on"
    limit_account_network: Rate = Rate(10, 300)
    limit_network: Rate = Rate(100, 300)
    limit_network_day: Rate = Rate(1_000, 86_400)
    limit_account: Rate = Rate(50, 3600)
    limit_device: Rate = Rate(10, 300)
    limit_sign_ups: Rate = Rate(100, 60)
    limit_confirmations: Rate = Rate(10, 300)
    limit_failures: Rate = Rate(100, 3600)
    limit_changes: Rate = Rate(60, 3600)
    limit_renames: Rate = Rate(10, 3600)
    limit_logins: Rate = Rate(60, 3600)
    first_wait_seconds: float = 60
    longest_wait_seconds: float = 900
    pepper: Secret | None = None
    old_peppers: tuple[Secret, ...] = ()
    secret_key: Secret | None = None
    session_days: float = 7
    session_idle_minutes: float | None = None
    sessions_per_user: int = 20
    operator_session_hours: float = 12
    operator_idle_minutes: float = 60
    fresh_login_minutes: float = 10
    event_days: float = 365
    body_seconds: float = 10
    connections: int = 800
    request_log: Literal["on", "off"] = "on"
    request_log_days: float = 7
    request_log_notable_days: float = 90
    request_log_slow_ms: float = 1_000
    request_log_mebibytes: int = 1_024
    request_log_a_second: int = 1_000
    request_log_network_kib_a_second: int = 64
    request_log_addresses: Literal["on", "off"] = "on"
    request_log_users: Literal["on", "off"] = "on"
    request_log_excluded: tuple[str, ...] = (
        "/healthz",
        "/readyz",
        "/api/ops/logs/tail",
        "/ops/assets/{digest}/{name}",
    )
    request_log_masked: tuple[str, ...] = ()
    metrics: Literal["on", "off"] = "on"
    prometheus: Literal["on", "off"] = "off"

    @property
    def unobserved(self) -> Self:
        """The same for a command, which answers no requests."""
        return structs.replace(self, request_log="off", metrics="off")

    @property
    def database(self) -> Path:
        """The SQLite file, where no PostgreSQL database is named."""
        url = self.database_url
        return url if isinstance(url, Path) else self.data_dir / "frontdesk.db"

    @property
    def postgresql(self) -> PostgresqlUrl | None:
        """The PostgreSQL database, if it is one."""
        return self.database_url if isinstance(self.database_url, PostgresqlUrl) else None

    @property
    def connections_a_worker(self) -> int:
        """To PostgreSQL: the pool, two that look sessions up, and two for what is observed."""
        return self.database_pool + 4

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
    def lifetimes(self) -> Lifetimes:
        """How long sessions last. An operator's never last longer than everybody's."""
        policy, idle = self.session_policy, timedelta(minutes=self.operator_idle_minutes)
        operators = replace(
            policy,
            absolute=min(policy.absolute, timedelta(hours=self.operator_session_hours)),
            idle=min(policy.idle or idle, idle),
        )
        return Lifetimes(policy, operators)

    @property
    def session_policy(self) -> SessionPolicy:
        """How long sessions of everybody but operators last."""
        idle = self.session_idle_minutes
        return SessionPolicy(
            absolute=timedelta(days=self.session_days),
            idle=None if idle is None else timedelta(minutes=idle),
            fresh=timedelta(minutes=self.fresh_login_minutes),
            at_most=self.sessions_per_user,
        )


def read_settings(directory: Path | None = None) -> Settings:
    """From the environment, then from `.env` in `directory` (the working directory). An empty value
    counts as none; `NAME_FILE` names a file that holds the value of `NAME`. Raises
    `InvalidSettings`, with all mistakes at once.
    """
    load_dotenv((directory or Path.cwd()) / ".env")
    values: dict[str, Any] = {}
    mistakes: dict[str, str] = {}
    for name, parse in PARSERS.items():
        variable = PREFIX + name.upper()
        try:
            if raw := _text_of(variable):
                values[name] = parse(raw)
        except ValueError as error:
            mistakes[variable] = str(error)
    settings = Settings(**values)
    mistakes = contradictions(settings) | mistakes
    if mistakes:
        raise InvalidSettings(mistakes)
    return settings


def _text_of(variable: str) -> str:
    """What is set, if anything. Raises `ValueError`."""
    file = os.environ.get(f"{variable}_FILE")
    if not file:
        return os.environ.get(variable, "").strip()
    try:
        return Path(file).read_text().strip()
    except OSError:
        raise ValueError(f"The value of {variable}_FILE must be a readable file path.") from None


def unknown_names() -> list[str]:
    """Variables that look like settings and are none."""
    known = {*NAMES, *(f"{name}_FILE" for name in NAMES)}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def contradictions(settings: Settings) -> dict[str, str]:
    """Settings that do not go together, each with a sentence."""
    mistakes: dict[str, str] = {}
    if settings.hardened and not settings.https:
        mistakes[PREFIX + "PUBLIC_ORIGIN"] = "The profile hardened needs an https:// origin."
    if settings.hardened and any(not each.startswith("https:") for each in settings.origins):
        mistakes[PREFIX + "TRUSTED_ORIGINS"] = "The profile hardened needs https:// origins."
    if settings.hardened and settings.bcrypt_cost < Settings().bcrypt_cost:
        mistakes[PREFIX + "BCRYPT_COST"] = "The profile hardened needs the default cost or more."
    url = settings.postgresql
    if settings.hardened and url and not url.is_verified:
        mistakes[PREFIX + "DATABASE_URL"] = "The profile hardened needs ?sslmode=verify-full."
    if settings.hardened and not (settings.sign_in_url or "https:").startswith("https:"):
        mistakes[PREFIX + "SIGN_IN_URL"] = "The profile hardened needs an https:// address."
    if settings.cookie_domain and not covers(settings.cookie_domain, settings.public_origin):
        mistakes[PREFIX + "COOKIE_DOMAIN"] = (
            "The host of FRONTDESK_PUBLIC_ORIGIN must be this name or lie below it, as in "
            "example.com for https://accounts.example.com."
        )
    steps = settings.session_policy.seen_every
    for name in ("session_idle_minutes", "operator_idle_minutes"):
        idle = getattr(settings, name)
        if idle is not None and timedelta(minutes=idle) < 2 * steps:
            mistakes[PREFIX + name.upper()] = (
                f"Use at least {2 * steps.total_seconds() / 60:g}: last use is noted only every "
                f"{steps.total_seconds() / 60:g} minutes."
            )
    return mistakes


NAMES = tuple(PREFIX + name.upper() for name in PARSERS)
