"""Settings that do not go together."""

from entrypoints.settings.cookie_domain import covers
from entrypoints.settings.declaring import PREFIX
from entrypoints.settings.service import Settings


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
    return mistakes
