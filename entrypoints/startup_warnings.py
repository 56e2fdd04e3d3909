"""What an operator should know before others can reach the service."""

import stat
from ipaddress import ip_address
from pathlib import Path

from entrypoints.settings import Settings


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what listens on this host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def weaknesses(settings: Settings) -> list[str]:
    """One sentence for each setting that is fine on loopback and weak beyond it."""
    if settings.hardened:
        return []
    found = [
        f"FRONTDESK_PROFILE=default accepts passwords of {settings.password_policy.minimum} bytes; "
        "use hardened."
    ]
    if not settings.https:
        found.append(
            "FRONTDESK_PUBLIC_ORIGIN is not https, so the session cookie travels unprotected; put "
            "a proxy with TLS in front and name its origin."
        )
    if settings.bcrypt_cost < Settings().bcrypt_cost:
        found.append(f"FRONTDESK_BCRYPT_COST={settings.bcrypt_cost} is below the default.")
    return found


def exposed(settings: Settings) -> list[str]:
    """One sentence for the data folder and each of its files that other users of this machine may
    read or change.
    """
    files = [each for each in settings.data_dir.glob("*") if each.is_file()]
    database = () if settings.postgresql else (settings.database,)
    found = {settings.data_dir, *database, *files}
    return [
        f"{path} can be read by other users of this machine; chmod it to {mode}."
        for path in sorted(found)
        if path.exists() and is_exposed(path)
        for mode in ("700" if path.is_dir() else "600",)
    ]


def is_exposed(path: Path) -> bool:
    """Whether others than its owner may read or change it."""
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
