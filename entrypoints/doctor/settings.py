"""Doctor's look at the settings: do they go together, and do they fit how browsers arrive?"""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from urllib.parse import urlsplit

from adapters.http.pipeline.client_address import ClientAddress
from entrypoints.doctor.finding import Finding, error, ok, warning
from entrypoints.settings import Settings, unknown_names
from entrypoints.startup_warnings import is_loopback, weaknesses

_SOMEBODY = "203.0.113.9"  # an address of documentation (RFC 5737)


def of_place(settings: Settings) -> Iterator[Finding]:
    """Which installation this is: everything else is about it."""
    written = Path.cwd() / ".env"
    source = f"the environment and {written}" if written.exists() else "the environment"
    place = settings.postgresql or settings.database.absolute()
    yield ok("installation", f"The database is {place}; the settings come from {source}.")


def of_settings(settings: Settings) -> Iterator[Finding]:
    """Names that are none, and what is weak where others can reach the service."""
    for name in unknown_names():
        yield warning("settings", f"{name} is no setting.", "Correct its name, or remove it.")
    if settings.public_origin and not is_loopback(urlsplit(settings.public_origin).hostname or ""):
        for sentence in weaknesses(settings):
            yield warning("settings", sentence, "See the profile hardened in docs/operations.md.")
    yield ok("settings", f"The profile is {settings.profile}; nothing contradicts itself.")


def of_proxies(settings: Settings) -> Iterator[Finding]:
    """Which address a request has that came through the proxies, as they are trusted."""
    if not settings.trusted_proxies:
        if settings.public_origin:
            yield warning(
                "client address",
                "There is a public origin, and no proxy is trusted: everybody seems to come from"
                " the proxy, and is slowed down together.",
                "Set FRONTDESK_TRUSTED_PROXIES to the proxy's address.",
            )
        else:
            yield ok("client address", "No proxy is trusted: the address is the connection's.")
        return
    for network in settings.trusted_proxies:
        proxy = str(network[0] if network.num_addresses == 1 else network[1])
        seen = _address_behind(settings.trusted_proxies, proxy)
        found = f"What comes through {proxy} for {_SOMEBODY} counts as {seen}"
        if seen == _SOMEBODY:
            yield ok("client address", f"{found}.")
        else:
            yield error("client address", f"{found}.", "Name the proxy alone, not its clients.")
        if network.num_addresses > 2**16:
            yield warning(
                "client address",
                f"Everybody in {network} may say where they come from.",
                "Set FRONTDESK_TRUSTED_PROXIES to the proxies alone.",
            )


def _address_behind(trusted: tuple[IPv4Network | IPv6Network, ...], proxy: str) -> str:
    return ClientAddress(trusted).behind(proxy, _SOMEBODY.encode())


def of_cookie(settings: Settings) -> Iterator[Finding]:
    """Whether the cookie would travel: to the public origin, and to the hosts below the domain."""
    origin, domain = settings.public_origin, settings.cookie_domain
    if origin is None:
        yield ok("cookie", "No public origin is set: the cookie is for loopback, without Secure.")
        return
    host = urlsplit(origin).hostname or ""
    if not settings.https and not is_loopback(host):
        yield error(
            "cookie",
            f"{origin} is not https: the cookie travels where anybody on the way can take it.",
            "Put a proxy with TLS in front, and name its https:// origin.",
        )
    elif domain:
        yield ok("cookie", f"It is Secure, for {domain} and all hosts below it, {host} included.")
    else:
        yield ok("cookie", f"It is {'Secure, ' if settings.https else ''}for {host} alone.")
    for other in settings.trusted_origins:
        other_host = urlsplit(other).hostname or ""
        if _site(other_host) != _site(host):
            yield warning(
                "cookie",
                f"{other} is trusted and is another site than {host}: browsers send no cookie from"
                " its pages (SameSite=Lax).",
                "Serve both below one domain, or give its programs bearer tokens.",
            )


def _site(host: str) -> str:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList().privatesuffix(host) or host
