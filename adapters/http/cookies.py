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
        """Kinds that are not in use, as from before a setting was changed, are forgotten: of the
        same name, that of this host alone; and those of other names that were presented.
        """
        names = {_SESSION, _HOST + _SESSION, _SECURE + _SESSION} - {self.session_name}
        cookies = [value for field, value in headers if field == b"cookie"]
        presented = [name for name in names if any(_values(each, name) for each in cookies)]
        gone = [self._cookie(name, "", _NOW) for name in sorted(presented)]
        if self.domain:
            gone.append(self._cookie(self.session_name, "", _NOW))
        return gone

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
