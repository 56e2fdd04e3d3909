"""Two cookies, after RFC 6265bis: one carries the session's token, one knows the browser again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from litestar.datastructures import Cookie

from domain.secrets import SessionToken
from domain.session import Admission

_A_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Cookies:
    """`secure` keeps them off plain http. The name prefix `__Host-` makes browsers insist on that
    and on this very host.
    """

    secure: bool = False
    host_prefix: bool = False

    @property
    def session_name(self) -> str:
        """As it is on the wire."""
        return "__Host-sessionid" if self.host_prefix else "sessionid"

    @property
    def device_name(self) -> str:
        """As it is on the wire."""
        return "__Host-deviceid" if self.host_prefix else "deviceid"

    def session(self, headers: Iterable[tuple[bytes, bytes]]) -> SessionToken | None:
        """The token presented. A cookie that cannot be one of ours counts as none."""
        value = _find(headers, self.session_name)
        return SessionToken.parse(value) if value else None

    def device(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """The device's mark presented, genuine or not."""
        return _find(headers, self.device_name)

    def carrying(self, admission: Admission | None) -> list[Cookie]:
        """Cookies for what was handed out, if anything was. The session's lasts as long as the
        session, the device's a year.
        """
        if admission is None:
            return []
        cookies = [self._cookie(self.session_name, admission.token.value, admission.remaining)]
        if admission.device:
            cookies.append(self._cookie(self.device_name, admission.device, _A_YEAR))
        return cookies

    def cleared(self) -> list[Cookie]:
        """A cookie that makes the browser forget the session."""
        return [self._cookie(self.session_name, "", timedelta(0))]

    def _cookie(self, name: str, value: str, lifetime: timedelta) -> Cookie:
        return Cookie(
            key=name,
            value=value,
            max_age=int(lifetime.total_seconds()),
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )


def _find(headers: Iterable[tuple[bytes, bytes]], name: str) -> str | None:
    wanted = name.encode()
    for field, value in headers:
        if field == b"cookie":
            for pair in value.split(b";"):
                key, _, found = pair.strip().partition(b"=")
                if key == wanted:
                    return found.decode("latin-1")
    return None
