"""All settings, and what follows from them."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from socket import gethostname
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from msgspec import Meta, field, structs

from domain.password import PasswordPolicy
from domain.session import Lifetimes, SessionPolicy
from entrypoints.settings import values as read
from entrypoints.settings.accounts import AccountSettings
from entrypoints.settings.declaring import Group
from entrypoints.settings.values import Network, PostgresqlUrl, Secret

_SERVICE = Group("Service")
_DATABASE = Group("Database")
_RECORDS = Group("Request log and metrics")

_OnOff = Literal["on", "off"]
_Seconds = Annotated[float, Meta(gt=0, le=600)]
_Days = Annotated[float, Meta(gt=0, le=36_500)]


class Settings(AccountSettings, frozen=True, kw_only=True):
    """Everything an operator can set. docs/settings.md is made of this."""

    data_dir: Annotated[
        Path, read.FOLDER, _SERVICE("Folder under which the service writes everything.")
    ] = Path("data")
    node: Annotated[
        str,
        read.NODE,
        _SERVICE("Name of this node in the request log and in metrics.", unset="the host's name"),
    ] = field(default_factory=gethostname)
    profile: Annotated[
        Literal["default", "hardened"],
        _SERVICE(
            "`hardened` needs an https origin, passwords of 15 bytes or of 8 that are not common,"
            " and sends `__Host-` cookies over https only."
        ),
    ] = "default"
    public_origin: Annotated[
        str | None,
        read.ORIGIN,
        _SERVICE(
            "Where browsers reach the service. With https, cookies are Secure and HSTS is sent.",
            unset="only loopback and the allowed hosts are served",
        ),
    ] = None
    cookie_domain: Annotated[
        str | None,
        read.DOMAIN,
        _SERVICE(
            "Domain of the session cookie, as `example.com` for `accounts.example.com` and"
            " `app.example.com`. Every host below it can read and set the cookie: set it only if"
            " you trust all of them.",
            unset="the cookie is for the host of the service alone",
        ),
    ] = None
    sign_in_url: Annotated[
        str | None,
        read.PAGE,
        _SERVICE(
            "Page of your application on which people sign in: `/api/authz?sign_in=redirect` sends"
            " them there.",
            unset="they get 401",
        ),
    ] = None
    allowed_hosts: Annotated[
        tuple[str, ...],
        read.HOSTS,
        _SERVICE("Hosts that are served besides loopback and the public origin.", unset="none"),
    ] = ()
    trusted_origins: Annotated[
        tuple[str, ...],
        read.ORIGINS,
        _SERVICE(
            "Other origins whose pages may call the API (CORS). Browsers send the cookie along only"
            " from the same site.",
            unset="none",
        ),
    ] = ()
    trusted_proxies: Annotated[
        tuple[Network, ...],
        read.NETWORKS,
        _SERVICE("Proxies whose `X-Forwarded-For` is believed.", unset="none"),
    ] = ()
    body_seconds: Annotated[
        float, Meta(gt=0, le=3_600), _SERVICE("Deadline for the body of a request; then 408.")
    ] = 10
    connections: Annotated[
        int,
        Meta(ge=1, le=1_000_000),
        _SERVICE(
            "Connections of a worker. At the limit, a new one closes the longest silent one of the"
            " site (IPv4 address, IPv6 /48) that holds most, or is refused. Trusted proxies do not"
            " count."
        ),
    ] = 800
    database_url: Annotated[
        Path | PostgresqlUrl | None,
        read.DATABASE,
        _DATABASE(
            "The database. docs/postgresql.md has the options of PostgreSQL.",
            unset="`frontdesk.db` in the data folder",
        ),
    ] = None
    database_password: Annotated[
        Secret | None,
        read.PASSWORD,
        _DATABASE("Password for PostgreSQL.", unset="that of the URL, if it has one"),
    ] = None
    database_pool: Annotated[
        int,
        Meta(ge=1, le=1_000),
        _DATABASE("PostgreSQL: connections of a worker for transactions. It opens four more."),
    ] = 10
    database_pool_seconds: Annotated[
        _Seconds, _DATABASE("PostgreSQL: wait for a free connection; then 503.")
    ] = 2
    database_connect_seconds: Annotated[
        _Seconds, _DATABASE("PostgreSQL: deadline for connecting to each host; then 503.")
    ] = 2
    database_lookup_seconds: Annotated[
        _Seconds, _DATABASE("PostgreSQL: deadline for finding a session; then 503.")
    ] = 2
    database_statement_seconds: Annotated[
        _Seconds, _DATABASE("PostgreSQL: deadline for a statement; then 503.")
    ] = 5
    database_commit_seconds: Annotated[
        _Seconds, _DATABASE("PostgreSQL: deadline for a commit; then 503.")
    ] = 5
    database_lock_seconds: Annotated[
        _Seconds, _DATABASE("PostgreSQL: wait for a lock; then 503.")
    ] = 2
    database_idle_seconds: Annotated[
        _Seconds, _DATABASE("PostgreSQL: a transaction that is idle for longer is ended.")
    ] = 10
    migrate: Annotated[
        Literal["auto", "never"],
        _DATABASE("`never`: only `frontdesk database upgrade` changes the schema."),
    ] = "auto"
    request_log: Annotated[
        _OnOff, _RECORDS("Whether requests are logged for operators, with secrets masked.")
    ] = "on"
    request_log_days: Annotated[
        _Days, _RECORDS("Retention of requests that succeeded, in days.")
    ] = 7
    request_log_notable_days: Annotated[
        _Days, _RECORDS("Retention of requests that failed or were slow, in days.")
    ] = 90
    request_log_slow_ms: Annotated[
        float,
        Meta(gt=0, le=3_600_000),
        _RECORDS("A request that takes this many milliseconds is slow."),
    ] = 1_000
    request_log_max_mib: Annotated[
        int,
        Meta(ge=1, le=1_048_576),
        _RECORDS("Size of the request log in MiB. At the limit the oldest requests are removed."),
    ] = 1_024
    request_log_max_per_second: Annotated[
        int,
        Meta(ge=4, le=1_000_000),
        _RECORDS(
            "Requests that succeeded, logged by a worker in a second. Further ones are counted as"
            " dropped."
        ),
    ] = 1_000
    request_log_network_max_kib_per_second: Annotated[
        int,
        Meta(ge=4, le=1_048_576),
        _RECORDS(
            "KiB that a worker logs in a second for one site (IPv4 address, IPv6 /48), in bursts of"
            " ten seconds' worth; a quarter of it for what the account API refused."
        ),
    ] = 64
    request_log_addresses: Annotated[
        _OnOff, _RECORDS("Whether logged requests have the address of the client.")
    ] = "on"
    request_log_users: Annotated[
        _OnOff, _RECORDS("Whether logged requests have the id of the user.")
    ] = "on"
    request_log_excluded: Annotated[
        tuple[str, ...], read.WORDS, _RECORDS("Routes that are not logged.", unset="none")
    ] = (
        "/healthz",
        "/readyz",
        "/api/ops/logs/tail",
        "/ops/assets/{digest}/{name}",
    )
    request_log_masked: Annotated[
        tuple[str, ...],
        read.WORDS,
        _RECORDS(
            "Further words that make a field secret, besides password, secret, token, cookie,"
            " authorization, session, key, code and the like.",
            unset="none",
        ),
    ] = ()
    metrics: Annotated[_OnOff, _RECORDS("Whether metrics are stored for operators.")] = "on"
    prometheus: Annotated[
        _OnOff,
        _RECORDS("`on`: `/metrics` answers Prometheus, with an access token of `metrics.view`."),
    ] = "off"

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
