"""Marks for browsers that have logged in before: `USER.AUTH_VERSION.NONCE.SIGNATURE`."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable

from domain.user import User


class DeviceMarks:
    """Fits `domain.ports.Devices`: signed with HMAC-SHA-256; the nonce is the device's id."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def issue(self, user: User, device: str | None = None) -> str:
        claim = f"{user.id}.{user.auth_version}.{device or secrets.token_urlsafe(16)}"
        return f"{claim}.{self._signature(claim)}"

    def recognise(self, mark: str | None, user: User | None) -> str | None:
        claim, _, signature = (mark or "").rpartition(".")
        owner, _, nonce = claim.rpartition(".")
        if user is None or owner != f"{user.id}.{user.auth_version}":
            return None
        genuine = hmac.compare_digest(self._signature(claim).encode(), signature.encode())
        return nonce if genuine else None

    def _signature(self, claim: str) -> str:
        mac = hmac.digest(self._key(), b"device\0" + claim.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")
