"""Doctor's look at the machine: files, disk, and how long a hash takes here."""

import shutil
import time
from collections.abc import Callable, Iterator
from math import floor, log2
from pathlib import Path

from entrypoints.doctor.finding import Finding, error, ok, warning
from entrypoints.preparation import CannotStart, check_key
from entrypoints.settings import Settings
from entrypoints.startup_warnings import exposed, is_exposed

_MEBIBYTE = 1024 * 1024
_FULL, _NEARLY_FULL = 100 * _MEBIBYTE, 1024 * _MEBIBYTE
_TARGET_SECONDS = 0.25
_DEFAULT_COST = 12
_PROBE_COST = 8
_NEARLY = 0.9


def of_files(settings: Settings) -> Iterator[Finding]:
    """Whether others of this machine can read what is ours."""
    sentences = exposed(settings)
    for sentence in sentences:
        found, _, advice = sentence.partition("; ")
        yield warning("files", f"{found}.", advice.capitalize())
    written = Path.cwd() / ".env"
    if written.exists() and is_exposed(written):
        yield warning("files", f"{written} can be read by other users.", "Chmod it to 600.")
    try:
        check_key(settings)
    except (CannotStart, ValueError) as refused:
        found, _, advice = str(refused).partition("; ")
        yield error("files", f"{found}.", advice.capitalize())
    if not sentences:
        yield ok("files", f"Nobody else of this machine can read {settings.data_dir}.")


def of_disk(settings: Settings) -> Iterator[Finding]:
    """Whether there is room for what is written."""
    folders = {settings.data_dir, *(() if settings.postgresql else (settings.database.parent,))}
    for folder in sorted(folders):
        yield _disk_of(folder if folder.exists() else Path.cwd())


def _disk_of(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    found = f"{free // _MEBIBYTE:,} MiB are free on the disk of {folder}."
    if free < _FULL:
        return error("disk", found, "Make room: writes fail when it is full.")
    if free < _NEARLY_FULL:
        return warning("disk", found, "Make room soon.")
    return ok("disk", found)


def of_logs(settings: Settings) -> Iterator[Finding]:
    """How far the request log has grown towards their limit."""
    if settings.postgresql or settings.request_log == "off":
        return
    file = settings.data_dir / "requests.db"
    size = file.stat().st_size / _MEBIBYTE if file.exists() else 0
    limit = settings.request_log_max_mib
    found = f"The request log takes {size:,.0f} of at most {limit:,} MiB."
    if size > _NEARLY * limit:
        yield warning(
            "logs",
            f"{found} At the limit the oldest go before their time.",
            "Raise FRONTDESK_REQUEST_LOG_MAX_MIB, or keep them for fewer days.",
        )
    else:
        yield ok("logs", found)


def of_hashes(
    settings: Settings, hash_seconds: Callable[[int], float] | None = None
) -> Iterator[Finding]:
    """How long a password's hash takes here, and which cost comes closest to a quarter second."""
    measure = hash_seconds or bcrypt_seconds
    probe = min(measure(_PROBE_COST) for _ in range(3))
    seconds = probe * 2 ** (settings.bcrypt_cost - _PROBE_COST)
    best = _PROBE_COST + floor(log2(_TARGET_SECONDS / probe))
    found = f"A hash of cost {settings.bcrypt_cost} takes about {1000 * seconds:,.0f} ms here."
    if seconds > 2 * _TARGET_SECONDS:
        yield warning(
            "hashes",
            found,
            f"Logins are slow: {_slower_advice(settings.bcrypt_cost, max(best, _DEFAULT_COST))}",
        )
    elif settings.bcrypt_cost < min(best, _DEFAULT_COST):
        yield warning(
            "hashes",
            found,
            f"FRONTDESK_BCRYPT_COST={best} takes at most {1000 * _TARGET_SECONDS:.0f} ms.",
        )
    else:
        target = f"Cost {best} takes at most {1000 * _TARGET_SECONDS:.0f} ms."
        yield ok("hashes", f"{found} {target}")


def _slower_advice(cost: int, better: int) -> str:
    machine = "a faster machine, or one with less to do"
    return f"take FRONTDESK_BCRYPT_COST={better}, or {machine}." if better < cost else f"{machine}."


def bcrypt_seconds(cost: int) -> float:
    """How long one hash takes."""
    import bcrypt

    salt, began = bcrypt.gensalt(cost), time.perf_counter()
    bcrypt.hashpw(b"a password", salt)
    return time.perf_counter() - began
