"""What an operator should know before others can reach the service."""

from ipaddress import ip_address

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
