"""Two cookies, after RFC 6265bis: one carries the session's token, one knows the browser again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from litestar.datastructures import Cookie

from adapters.http.bearer import is_bearer_of_session, session_in
from domain.secrets import SessionToken
from domain.session import Admission

Headers = Iterable[tuple[bytes, bytes]]

_A_YEAR = timedelta(days=365)
_NOW = timedelta(0)
_SESSION, _DEVICE = "sessionid", "deviceid"
_HOST, _SECURE = "__Host-", "__Secure-"


@dataclass(frozen=True, slots=True)
class Cookies:
    """`secure` keeps them off plain http. `prefixed` makes browsers insist on that, and on this
    very host. With a `domain` the session's cookie is for all hosts below it as well, and the
    prefix insists on https alone; the device's stays for this host.
    """

    secure: bool = False
    prefixed: bool = False
    domain: str | None = None

    @property
    def session_name(self) -> str:
        """As it is on the wire."""
        prefix = _SECURE if self.domain else _HOST
        return (prefix if self.prefixed else "") + _SESSION

    @property
    def device_name(self) -> str:
        """As it is on the wire."""
        return (_HOST if self.prefixed else "") + _DEVICE

    def session(self, headers: Headers) -> SessionToken | None:
        """The token presented. A bearer token counts alone, whatever cookie comes with it. A cookie
        that cannot be one of ours counts as none, and so do two that differ: one of them may have
        been set by another host of the site.
        """
        given: set[bytes] = set()
        bearers = []
        for field, value in headers:
            if field == b"cookie":
                given |= _values(value, self.session_name)
            elif field == b"authorization" and is_bearer_of_session(value):
                bearers.append(value)
        if bearers:
            return session_in(bearers)
        return SessionToken.parse(given.pop().decode("latin-1")) if len(given) == 1 else None

    def all_sessions(self, headers: Headers) -> list[SessionToken]:
        """For an end of all that was presented: also of two cookies that differ."""
        headers = list(headers)
        one = self.session(headers)
        if one or any(name == b"authorization" and is_bearer_of_session(v) for name, v in headers):
            return [one] if one else []
        given = self._presented(headers, self.session_name)
        tokens = [SessionToken.parse(each.decode("latin-1")) for each in sorted(given)]
        return [each for each in tokens if each]

    def device(self, headers: Headers) -> str | None:
        """The device's mark presented, genuine or not."""
        given: set[bytes] = set()
        for field, value in headers:
            if field == b"cookie":
                given |= _values(value, self.device_name)
        return given.pop().decode("latin-1") if len(given) == 1 else None

    def carrying(self, admission: Admission | None, headers: Headers = ()) -> list[Cookie]:
        """Cookies for what was handed out, if anything was. The session's lasts as long as the
        session, the device's a year. What `headers` carried of other kinds is forgotten.
        """
        if admission is None:
            return []
        token, remaining = admission.token.value, admission.remaining
        cookies = [self._cookie(self.session_name, token, remaining, domain=self.domain)]
        if admission.device:
            cookies.append(self._cookie(self.device_name, admission.device, _A_YEAR))
        return [*cookies, *self._variants(headers)]

    def cleared(self, headers: Headers = ()) -> list[Cookie]:
        """What makes the browser forget the session, in each kind of cookie it may have."""
        gone = self._cookie(self.session_name, "", _NOW, domain=self.domain)
        return [gone, *self._variants(headers)]

    def _variants(self, headers: Headers) -> list[Cookie]:
        """Kinds that are not in use, as from before a setting was changed, are forgotten: those of
        this host alone, and of every domain above it for which one may have been. They are told
        apart by nothing but their names, so that any that was presented may be of any kind.
        """
        headers = list(headers)
        names = sorted({_SESSION, _HOST + _SESSION, _SECURE + _SESSION})
        presented = [name for name in names if self._presented(headers, name)]
        used = (self.session_name, self.domain)
        kinds = [(name, domain) for name in presented for domain in (None, *_domains_of(headers))]
        if self.domain:
            kinds.append((self.session_name, None))
        gone = [kind for kind in dict.fromkeys(kinds) if kind != used]
        return [self._cookie(name, "", _NOW, domain=domain) for name, domain in gone]

    def _presented(self, headers: Headers, name: str) -> set[bytes]:
        found: set[bytes] = set()
        return found.union(
            *(_values(value, name) for field, value in headers if field == b"cookie")
        )

    def _cookie(
        self, name: str, value: str, lifetime: timedelta, *, domain: str | None = None
    ) -> Cookie:
        return Cookie(
            key=name,
            value=value,
            max_age=int(lifetime.total_seconds()),
            domain=domain,
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )


def _values(cookies: bytes, name: str) -> set[bytes]:
    """What the cookies of this name have in one field."""
    beginning = name.encode() + b"="
    if beginning not in cookies:
        return set()
    pairs = [pair.strip() for pair in cookies.split(b";")]
    return {pair[len(beginning) :] for pair in pairs if pair.startswith(beginning)}


def _domains_of(headers: Headers) -> list[str]:
    """The host of the request, if it is a name, and the domains above it; no browser takes a cookie
    for those at which strangers register names, nor for an address.
    """
    hosts = [value.decode("latin-1") for field, value in headers if field == b"host"]
    labels = (hosts[0] if hosts else "").partition(":")[0].lower().split(".")
    if labels[-1].isdecimal() or not all(labels):
        return []
    return [".".join(labels[first:]) for first in range(len(labels) - 1)]
