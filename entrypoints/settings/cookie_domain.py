"""For which hosts a cookie may be (RFC 6265bis §5.7)."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def cookie_domain(raw: str) -> str:
    """A name under which somebody can register hosts of their own, and nobody else can: not an
    address, and no public suffix (https://publicsuffix.org) as com or co.uk. Raises `ValueError`.
    """
    name = raw.lower().removeprefix(".")
    if not _NAME.fullmatch(name) or _is_address(name):
        raise ValueError("Use a domain name without scheme and port, as in example.com.")
    if _is_public_suffix(name):
        raise ValueError(
            f"{name} is a public suffix: browsers take no cookie for it, as strangers register "
            "names below it. Use a name of your own."
        )
    return name


def covers(domain: str, origin: str | None) -> bool:
    """Say whether the host of this origin is this name, or lies below it."""
    host = urlsplit(origin or "").hostname or ""
    return host == domain or host.endswith(f".{domain}")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_public_suffix(name: str) -> bool:
    from publicsuffixlist import PublicSuffixList  # for the few who set a domain

    return PublicSuffixList().privatesuffix(name) is None
