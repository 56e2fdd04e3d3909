"""How stored hashes are written: ours, Django's, and PHC strings.

* Django: `ALGORITHM$…`, as `django.contrib.auth.hashers` has it;
* PHC string format: `$ALGORITHM$PARAMETERS$SALT$HASH`, also as passlib writes it;
* bare bcrypt.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable

from adapters.passwords.stored_hashes import Argon2, Bcrypt, Pbkdf2, Scrypt, StoredHash
from domain.password import Password

_BCRYPT_BYTES = 72
_OUTPUT_MAX = 64
_ARGON2_SALT_MIN = 8
_NUMBER = r"[1-9]\d{0,8}"
_SALT = r"[^$]{1,256}"
_BASE64 = r"[A-Za-z0-9+/.]{6,256}={0,2}"
# The last character of the salt has two bits that count; bcrypt refuses others.
BCRYPT = r"\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}"

_Read = Callable[[re.Match[str]], StoredHash]


def _bare_bcrypt(found: re.Match[str]) -> StoredHash:
    return Bcrypt(found["bcrypt"].encode(), lambda password: password.as_typed()[:_BCRYPT_BYTES])


def _bcrypt_sha256(found: re.Match[str]) -> StoredHash:
    return Bcrypt(found["bcrypt"].encode(), _hexadecimal)


def _hexadecimal(password: Password) -> bytes:
    return hashlib.sha256(password.as_typed()).hexdigest().encode()


def _django_pbkdf2(found: re.Match[str]) -> StoredHash:
    salt, expected = found["salt"].encode(), _output(found["hash"])
    return Pbkdf2(found["digest"], int(found["work"]), salt, expected)


def _phc_pbkdf2(found: re.Match[str]) -> StoredHash:
    salt, expected = _decoded(found["salt"]), _output(found["hash"])
    return Pbkdf2(found["digest"] or "sha1", int(found["work"]), salt, expected)


def _django_scrypt(found: re.Match[str]) -> StoredHash:
    n, r, p = int(found["n"]), int(found["r"]), int(found["p"])
    return _scrypt(n, r, p, found["salt"].encode(), _output(found["hash"]))


def _phc_scrypt(found: re.Match[str]) -> StoredHash:
    n, r, p = 1 << int(found["ln"]), int(found["r"]), int(found["p"])
    return _scrypt(n, r, p, _decoded(found["salt"]), _output(found["hash"]))


def _scrypt(n: int, r: int, p: int, salt: bytes, expected: bytes) -> StoredHash:
    if n == 1 or n.bit_count() != 1 or n.bit_length() > 16 * r:
        raise ValueError("n of scrypt is a power of two below 2^(16 r) (RFC 7914, §6).")
    return Scrypt(n, r, p, salt, expected)


def _argon2(found: re.Match[str]) -> StoredHash:
    memory, passes, lanes = (int(found[name]) for name in ("m", "t", "p"))
    if memory < 8 * lanes:
        raise ValueError("Argon2 needs eight KiB a lane.")
    if len(_decoded(found["salt"])) < _ARGON2_SALT_MIN or not _output(found["hash"]):
        raise ValueError("Argon2 needs eight bytes of salt.")
    if not _is_strict(found["salt"]) or not _is_strict(found["hash"]):
        raise ValueError("The library of Argon2 reads base64 without padding, and no spare bits.")
    return Argon2(found["phc"], memory, passes, lanes)


_FORMATS: list[tuple[str, _Read]] = [
    (rf"(?:bcrypt\$)?(?P<bcrypt>{BCRYPT})", _bare_bcrypt),
    (rf"bcrypt_sha256\$(?P<bcrypt>{BCRYPT})", _bcrypt_sha256),
    (
        rf"pbkdf2_(?P<digest>sha256|sha1)\$(?P<work>{_NUMBER})\$(?P<salt>{_SALT})"
        rf"\$(?P<hash>{_BASE64})",
        _django_pbkdf2,
    ),
    (
        rf"\$pbkdf2(?:-(?P<digest>sha1|sha256|sha512))?\$(?:i=)?(?P<work>{_NUMBER})(?:,l=\d+)?"
        rf"\$(?P<salt>{_BASE64})\$(?P<hash>{_BASE64})",
        _phc_pbkdf2,
    ),
    (
        rf"scrypt\$(?P<n>{_NUMBER})\$(?P<salt>{_SALT})\$(?P<r>{_NUMBER})\$(?P<p>{_NUMBER})"
        rf"\$(?P<hash>{_BASE64})",
        _django_scrypt,
    ),
    (
        rf"\$scrypt\$ln=(?P<ln>[1-9]|[12]\d),r=(?P<r>{_NUMBER}),p=(?P<p>{_NUMBER})"
        rf"\$(?P<salt>{_BASE64})\$(?P<hash>{_BASE64})",
        _phc_scrypt,
    ),
    (
        rf"(?:argon2)?(?P<phc>\$argon2(?:id|i|d)\$(?:v=(?:16|19)\$)?"
        rf"m=(?P<m>{_NUMBER}),t=(?P<t>{_NUMBER}),p=(?P<p>{_NUMBER})"
        rf"\$(?P<salt>{_BASE64})\$(?P<hash>{_BASE64}))",
        _argon2,
    ),
]
_COMPILED = [(re.compile(pattern, re.ASCII), read) for pattern, read in _FORMATS]


def read_foreign(text: str) -> StoredHash | None:
    """The hash of other software, if it can be computed."""
    for pattern, read in _COMPILED:
        if found := pattern.fullmatch(text):
            try:
                return read(found)
            except (ValueError, binascii.Error):
                return None
    return None


def _decoded(text: str) -> bytes:
    """Base64 with or without padding, also with passlib's dot for plus."""
    plain = text.rstrip("=").replace(".", "+")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)


def _is_strict(text: str) -> bool:
    return base64.b64encode(_decoded(text)).decode().rstrip("=") == text


def _output(text: str) -> bytes:
    """What was computed: nobody stores more than 64 bytes, and each costs."""
    decoded = _decoded(text)
    if len(decoded) > _OUTPUT_MAX:
        raise ValueError("The hash is longer than any.")
    return decoded
