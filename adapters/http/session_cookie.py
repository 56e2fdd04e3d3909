"""The cookie that carries the session token, after RFC 6265bis."""

from collections.abc import Iterable
from dataclasses import dataclass

from litestar.datastructures import Cookie

from domain.session import Admission, SessionToken


@dataclass(frozen=True, slots=True)
class SessionCookie:
    """`secure` keeps it off plain http. The name prefix `__Host-` makes browsers insist on that and
    on this very host.
    """

    secure: bool = False
    host_prefix: bool = False

    @property
    def name(self) -> str:
        """As it is on the wire."""
        return "__Host-sessionid" if self.host_prefix else "sessionid"

    def read(self, headers: Iterable[tuple[bytes, bytes]]) -> SessionToken | None:
        """The token presented. A cookie that cannot be one of ours counts as none."""
        wanted = self.name.encode()
        for name, value in headers:
            if name == b"cookie":
                for pair in value.split(b";"):
                    key, _, token = pair.strip().partition(b"=")
                    if key == wanted:
                        return SessionToken.parse(token.decode("latin-1"))
        return None

    def carrying(self, admission: Admission | None) -> list[Cookie]:
        """A cookie that lasts as long as the session, if there is a new token."""
        if admission is None:
            return []
        seconds = int(admission.remaining.total_seconds())
        return [self._cookie(admission.token.value, max_age=seconds)]

    def cleared(self) -> Cookie:
        """A cookie that makes the browser forget."""
        return self._cookie("", max_age=0)

    def _cookie(self, value: str, *, max_age: int) -> Cookie:
        return Cookie(
            key=self.name,
            value=value,
            max_age=max_age,
            httponly=True,
            secure=self.secure,
            samesite="lax",
        )
