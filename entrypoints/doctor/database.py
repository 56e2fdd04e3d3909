"""Doctor's look at the database: schema, flushed commits, copies, and what the accounts tell."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from entrypoints.commands.peppered import Peppered
from entrypoints.doctor.finding import Finding, error, ok, warning
from entrypoints.settings import Settings

if TYPE_CHECKING:
    from adapters.sql.diagnosis import Accounts, Diagnosis, Server
    from adapters.sql.fingerprints import SharedSecret

_AHEAD = timedelta(minutes=5)
_CLOCKS_DIFFER_SECONDS, _FEED_LAG_SECONDS = 2.0, 10.0
_FULL = 2
_NAMED = 5
_GRANT = "GRANT pg_read_all_stats to it, or run doctor as a role that has it."
_PRIVATE = [
    ip_network(each)
    for each in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
]
"""Of machines and networks of one's own (RFC 1918, RFC 4193)."""

SOON, LONG = timedelta(days=14), timedelta(days=90)
"""When a key is near its end, and an operator unused."""


def of_missing_file(settings: Settings) -> Iterator[Finding]:
    """Where there is none."""
    yield warning(
        "database",
        f"There is no file {settings.database}.",
        "The first start makes it. If there was one, restore a backup.",
    )


def of_schema(diagnosis: "Diagnosis", settings: Settings) -> Iterator[Finding]:
    """Whether this version would start on it."""
    from adapters.sql.schema import SchemaTooOld

    refused, revision = diagnosis.refused, diagnosis.revision
    if refused is None:
        yield ok("schema", f"The database is at revision {revision}, which this version can use.")
    elif not isinstance(refused, SchemaTooOld) or settings.migrate == "never":
        found, _, advice = str(refused).partition(". ")
        yield error("schema", f"{found}.", advice)
    elif revision is None:
        yield warning("schema", "The database is empty.", "The first start makes its tables.")
    else:
        yield warning(
            "schema",
            f"The database is at revision {revision}, which is older than this version.",
            "The next start upgrades it. Back up first, with the version before; or copy the data"
            " folder while the service is stopped.",
        )


def _of_peppers(counted: Peppered) -> Iterator[Finding]:
    if counted.unknown:
        yield error(
            "secrets",
            f"{counted.unknown} passwords are hashed with a pepper that is not set: nobody who has"
            " one of them can log in.",
            "Put that pepper back into FRONTDESK_OLD_PEPPERS; if it is lost, set new passwords.",
        )


def of_rights(diagnosis: "Diagnosis") -> Iterator[Finding]:
    """Whether this role of PostgreSQL may do what the service does."""
    if diagnosis.missing_rights:
        yield error(
            "rights",
            f"This role has no right to {_names(list(diagnosis.missing_rights))}.",
            "Grant what docs/postgresql.md has under Roles, also on tables that are there already.",
        )
    elif diagnosis.server and diagnosis.accounts:
        yield ok("rights", "This role may read and write every table.")


def of_secrets(
    diagnosis: "Diagnosis", secrets: "list[SharedSecret]", settings: Settings
) -> Iterator[Finding]:
    """Whether the database is used with the secrets of these settings."""
    from adapters.sql.fingerprints import SecretRefused

    refused = False
    for secret in (each.found() for each in secrets):
        known = diagnosis.fingerprints.get(secret.name)
        try:
            if known is not None:
                secret.demand(known)
            elif secret.is_missing:
                yield ok("secrets", f"There is no {secret.place} yet; the first start makes it.")
        except SecretRefused as problem:
            refused = True
            found, _, advice = str(problem).partition(". ")
            yield error("secrets", f"{found}.", advice)
    yield from _of_peppers(Peppered.of(settings, diagnosis.hashes_by_pepper))
    if not refused and diagnosis.fingerprints:
        yield ok("secrets", "Secret key and pepper are those that the database is used with.")


def of_file(mode: tuple[str, int]) -> Iterator[Finding]:
    """Whether SQLite's commits are on the disk when they are answered."""
    journal, synchronous = mode
    found = f"SQLite writes with journal_mode={journal} and synchronous={synchronous}."
    if journal != "wal" and synchronous >= _FULL:
        yield warning(
            "commits",
            f"{found} Writers keep readers waiting.",
            "The next start changes it to wal; if it stays, the disk is none of this machine.",
        )
    elif synchronous >= _FULL:
        yield ok("commits", f"{found} Commits are flushed.")
    else:
        yield error(
            "commits",
            f"{found} Commits can be lost with the power.",
            "This is no version of SQLite that we know: report it.",
        )


def of_server(server: "Server", now: datetime) -> Iterator[Finding]:
    """Whether PostgreSQL's commits are flushed, and followed by copies and readers of events."""
    unsafe = [
        f"{name}={server.settings[name]}"
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if server.settings[name] == "off"
    ]
    if unsafe:
        yield error(
            "commits",
            f"PostgreSQL runs with {', '.join(unsafe)}: what was answered can be lost.",
            "Set them to on.",
        )
    else:
        yield ok("commits", "PostgreSQL flushes commits.")
    wanted = server.settings["synchronous_standby_names"]
    in_step = [each.name for each in server.standbys if each.sync_state in ("sync", "quorum")]
    hidden = [each for each in server.standbys if each.sync_state is None]
    if hidden:
        yield warning("standby", "This role may not see the state of the standbys.", _GRANT)
    elif wanted and not in_step:
        yield error(
            "standby",
            f"Commits wait for a standby ({wanted}), and none is in step: they end in 503.",
            "Start the standby, or empty synchronous_standby_names.",
        )
    elif server.standbys:
        said = ", ".join(f"{each.name} ({each.sync_state})" for each in server.standbys)
        yield ok("standby", f"Copies: {said}.")
    else:
        yield warning(
            "standby",
            "There is no standby.",
            "With the disk of this server all is lost but backups.",
        )
    apart = abs(server.epoch - now.timestamp())
    if apart > _CLOCKS_DIFFER_SECONDS:
        yield error(
            "clock",
            f"The clocks of this machine and of PostgreSQL are {apart:,.0f} seconds apart.",
            "Let both follow NTP.",
        )
    else:
        yield ok("clock", "The clocks of this machine and of PostgreSQL agree.")
    holder = server.holder
    if holder and holder.seconds is None:
        yield warning(
            "event feed",
            f"Backend {holder.pid} writes, and this role may not see since when: if it is long,"
            " followers of events see nothing newer.",
            _GRANT,
        )
    elif holder and holder.seconds and holder.seconds > _FEED_LAG_SECONDS:
        yield warning(
            "event feed",
            f"A transaction of backend {holder.pid} ({holder.application or 'no name'},"
            f" {holder.state}) is open for {holder.seconds:,.0f} seconds: followers of events see"
            " nothing newer.",
            f"Let it end, or run SELECT pg_terminate_backend({holder.pid}).",
        )
    else:
        yield ok("event feed", "Nothing keeps events from being followed.")


def of_accounts(accounts: "Accounts", settings: Settings, now: datetime) -> Iterator[Finding]:
    """Keys near their end, operators nobody uses, a clock that ran ahead, addresses of a proxy."""
    if not accounts.operators and accounts.disabled_operators:
        yield warning(
            "operators",
            f"Every operator is disabled: {_names(accounts.disabled_operators)}.",
            "Let one in again: `frontdesk users enable NAME`.",
        )
    elif not accounts.operators:
        yield warning(
            "operators",
            "There is no operator.",
            "Open the link that the start prints, or run `frontdesk users create NAME --operator`.",
        )
    elif accounts.operators == 1:
        yield warning(
            "operators",
            "There is one operator.",
            "A second one can help when the first is locked out: `frontdesk invitations operator`.",
        )
    else:
        yield ok("operators", f"There are {accounts.operators} operators.")
    if idle := _names(accounts.idle_operators):
        yield warning(
            "operators",
            f"Not here for {LONG.days} days: {idle}.",
            "Take rights that nobody uses: `frontdesk users operator NAME --remove`.",
        )
    if ending := _names(accounts.ending_keys):
        yield warning(
            "keys", f"They end within {SOON.days} days: {ending}.", "Make new ones in time."
        )
    else:
        yield ok("keys", f"No access token ends within {SOON.days} days.")
    newest = accounts.newest_event
    if newest and newest > now + _AHEAD:
        yield error(
            "clock",
            f"The newest event is of {newest:%Y-%m-%d %H:%M} UTC, which is still to come.",
            "Set the clock right: what was written under the wrong one does not count until then.",
        )
    proxied = [each for each in accounts.addresses if _is_private(each)]
    if settings.public_origin and accounts.addresses and len(proxied) == len(accounts.addresses):
        yield warning(
            "client address",
            f"The latest sessions all come from {_names(accounts.addresses)}.",
            "If that is the proxy, name it in FRONTDESK_TRUSTED_PROXIES, and see that it sends"
            " X-Forwarded-For. If they were made on this machine, all is well.",
        )


def _is_private(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _PRIVATE)


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown
