"""Hashes of other software: made by Django itself, and PHC strings by known answers."""

import base64
import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from argon2 import PasswordHasher as Argon2Hasher
from argon2 import low_level
from django.conf import settings as django_settings
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    BCryptPasswordHasher,
    BCryptSHA256PasswordHasher,
    PBKDF2PasswordHasher,
    PBKDF2SHA1PasswordHasher,
    ScryptPasswordHasher,
)

from adapters.passwords.bcrypt_hasher import BcryptHasher
from adapters.passwords.formats import read_foreign
from adapters.passwords.hash_queue import HashQueue
from adapters.passwords.stored_hashes import Argon2
from adapters.sql.password_hashes import hashes_of_each_cost
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from domain.password import HashQuality, Password, PasswordHash
from domain.user import Username
from tests.contracts.storages import storage_on
from tests.engines import ENGINES
from tests.examples import CLIENT, NOON

COST = 4
QUEUE = HashQueue()
SECRET = "pässwort \N{PILE OF POO} 1"
DECOMPOSED = "pa\u0308sswort"


@pytest.fixture(autouse=True, scope="module")
def django() -> None:
    if not django_settings.configured:
        django_settings.configure()


def hasher(cost: int = COST) -> BcryptHasher:
    return BcryptHasher(QUEUE, cost=cost)


def pbkdf2(password: str, iterations: int = 10) -> str:
    return str(PBKDF2PasswordHasher().encode(password, "salt", iterations))


def pbkdf2_sha1(password: str) -> str:
    return str(PBKDF2SHA1PasswordHasher().encode(password, "sält", 7))


def scrypt(password: str, n: int = 16) -> str:
    return str(ScryptPasswordHasher().encode(password, "salt", n=n, r=8, p=5))


def django_argon2(password: str) -> str:
    return str(Argon2PasswordHasher().encode(password, "saltsalt"))


def bcrypt_sha256(password: str) -> str:
    return str(BCryptSHA256PasswordHasher().encode(password, bcrypt.gensalt(4)))


def django_bcrypt(password: str) -> str:
    return str(BCryptPasswordHasher().encode(password[:20], bcrypt.gensalt(4)))


def phc_argon2(variant: low_level.Type) -> Callable[[str], str]:
    return Argon2Hasher(time_cost=1, memory_cost=64, parallelism=2, type=variant).hash


MADE: dict[str, Callable[[str], str]] = {
    "pbkdf2_sha256": pbkdf2,
    "pbkdf2_sha1": pbkdf2_sha1,
    "scrypt": scrypt,
    "argon2": django_argon2,
    "bcrypt_sha256": bcrypt_sha256,
    "bcrypt": django_bcrypt,
    "argon2id": phc_argon2(low_level.Type.ID),
    "argon2i": phc_argon2(low_level.Type.I),
    "argon2d": phc_argon2(low_level.Type.D),
}
# From RFC 6070 (PBKDF2-HMAC-SHA-1, 4,096 iterations) and RFC 7914 (§11, §12).
_RFC_6070 = bytes.fromhex("4b007901b765489abead49d926f721d065a429c1")
_RFC_7914_PBKDF2 = bytes.fromhex(
    "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
    "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"
)
_RFC_7914_SCRYPT = bytes.fromhex(
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
)


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode().rstrip("=")


PHC = [
    (f"$pbkdf2$4096${b64(b'salt')}${b64(_RFC_6070)}", "password"),
    (f"$pbkdf2-sha1$i=4096,l=20${b64(b'salt')}${b64(_RFC_6070)}", "password"),
    (f"$pbkdf2-sha256$i=80000${b64(b'NaCl')}${b64(_RFC_7914_PBKDF2)}", "Password"),
    (
        f"$pbkdf2-sha256$80000${b64(b'NaCl')}${b64(_RFC_7914_PBKDF2)}".replace("+", "."),
        "Password",
    ),
    (
        f"$scrypt$ln=14,r=8,p=1${b64(b'SodiumChloride')}${b64(_RFC_7914_SCRYPT)}",
        "pleaseletmein",
    ),
    ("$2y$04$abcdefghijklmnopqrstuuTG83AT2T4WAQt50srR9KaYWG62Uk3y.", None),
]


@pytest.mark.parametrize("scheme", MADE)
async def test_what_django_or_argon2_made_is_verified_and_renewed(scheme: str) -> None:
    ours, secret = hasher(), SECRET[:20]
    stored = PasswordHash(MADE[scheme](secret))
    assert await ours.verify(Password(secret), stored, client=CLIENT)
    assert not await ours.verify(Password(secret + "x"), stored, client=CLIENT)
    assert not await ours.verify(Password(""), stored, client=CLIENT)
    assert ours.is_outdated(stored)


@pytest.mark.parametrize(("text", "password"), PHC)
async def test_phc_strings_are_verified(text: str, password: str | None) -> None:
    ours = hasher()
    if password:
        assert await ours.verify(Password(password), PasswordHash(text), client=CLIENT)
    assert not await ours.verify(Password("another"), PasswordHash(text), client=CLIENT)
    assert ours.examine(PasswordHash(text)).quality in (HashQuality.GOOD, HashQuality.WEAK)


async def test_it_is_verified_as_it_was_typed() -> None:
    """Other software does not normalise: what a browser sent then, it sends now."""
    stored = PasswordHash(pbkdf2(DECOMPOSED))
    assert await hasher().verify(Password(DECOMPOSED), stored, client=CLIENT)
    assert not await hasher().verify(Password("pässwort"), stored, client=CLIENT)


@pytest.mark.parametrize("scheme", MADE)
async def test_a_hash_that_is_typed_as_a_password_is_a_password(scheme: str) -> None:
    ours = hasher()
    text = MADE[scheme]("open sesame")
    assert not await ours.verify(Password(text), PasswordHash(text), client=CLIENT)
    own = await ours.hash(Password(text), client=CLIENT)
    assert await ours.verify(Password(text), own, client=CLIENT)
    assert not await ours.verify(Password("open sesame"), own, client=CLIENT)


ABSURD = [
    f"$scrypt$ln=10,r=1,p=65${b64(b'salt')}${b64(bytes(32))}",
    f"pbkdf2_sha1$2000000$salt${b64(bytes(64))}==",
    f"pbkdf2_sha256$999999999$salt${b64(bytes(32))}=",
    f"pbkdf2_sha256$5000001$salt${b64(bytes(32))}=",
    f"$pbkdf2-sha512$i=900000000${b64(b'salt')}${b64(bytes(64))}",
    f"scrypt$1048576$salt$64$64${b64(bytes(64))}==",
    f"scrypt$536870912$salt$8$5${b64(bytes(64))}==",
    f"$scrypt$ln=29,r=8,p=1${b64(b'salt')}${b64(bytes(32))}",
    f"$scrypt$ln=1,r=1,p=999999999${b64(b'salt')}${b64(bytes(32))}",
    f"$argon2id$v=19$m=999999999,t=1,p=1${b64(bytes(16))}${b64(bytes(32))}",
    f"argon2$argon2id$v=19$m=64,t=999999999,p=1${b64(bytes(16))}${b64(bytes(32))}",
    f"$argon2id$v=19$m=65536,t=3,p=999${b64(bytes(16))}${b64(bytes(32))}",
    "$2b$31$abcdefghijklmnopqrstuuTG83AT2T4WAQt50srR9KaYWG62Uk3y.",
    "bcrypt_sha256$$2b$17$abcdefghijklmnopqrstuuTG83AT2T4WAQt50srR9KaYWG62Uk3y.",
    "hmac-sha384:0:$2b$31$abcdefghijklmnopqrstuuTG83AT2T4WAQt50srR9KaYWG62Uk3y.",
]


@pytest.mark.parametrize("text", ABSURD)
async def test_absurd_costs_are_never_computed(text: str) -> None:
    """Each would take minutes, or memory that is not there."""
    ours, began = hasher(), time.monotonic()
    assert ours.examine(PasswordHash(text)).quality is HashQuality.TOO_COSTLY
    assert not await ours.verify(Password("x"), PasswordHash(text), client=CLIENT)
    ours.learn([PasswordHash(text)])
    assert not await ours.verify(Password("x"), None, client=CLIENT)
    assert time.monotonic() - began < 20


async def test_a_cost_that_is_set_is_affordable() -> None:
    text = "hmac-sha384:0:$2b$18$abcdefghijklmnopqrstuuTG83AT2T4WAQt50srR9KaYWG62Uk3y."
    assert hasher().examine(PasswordHash(text)).quality is HashQuality.TOO_COSTLY
    assert hasher(18).examine(PasswordHash(text)).quality is HashQuality.GOOD


UNREADABLE = [
    "$2b$13$AAAAAAAAAAAAAAAAAAAAAB" + "C" * 31,
    f"scrypt$65536$salt$1$1${b64(bytes(64))}==",
    f"$scrypt$ln=17,r=1,p=1${b64(b'salt')}${b64(bytes(32))}",
    f"pbkdf2_sha256$1000$salt${b64(bytes(66))}",
    f"$argon2id$v=19$m=64,t=1,p=1${b64(b'short')}${b64(bytes(32))}",
    "md5$salt$0123456789abcdef0123456789abcdef",
    "pbkdf2_sha256$0$salt$AAAAAAAA",
    "pbkdf2_sha256$-1$salt$AAAAAAAA",
    "pbkdf2_sha256$10$salt$A",
    "pbkdf2_sha256$10$salt$AAAAA",
    "pbkdf2_sha256$١٠$salt$AAAAAAAA",
    "pbkdf2_sha512$10$salt$AAAAAAAA",
    "pbkdf2_sha256$10$$AAAAAAAA",
    "pbkdf2_sha256$10$salt$AAAAAAAA\n",
    "scrypt$15$salt$8$5$AAAAAAAA",
    "scrypt$1$salt$8$5$AAAAAAAA",
    "$argon2id$v=19$m=7,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA",
    "$argon2id$v=20$m=64,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA",
    "$argon2x$v=19$m=64,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAA",
    "$scrypt$ln=0,r=8,p=1$AAAAAAA$AAAAAAAA",
    "$2x$04$abcdefghijklmnopqrstuuTG83AT2T4WAQt50srR9KaYWG62Uk3y.",
    "x" * 100_000,
]


@pytest.mark.parametrize("text", UNREADABLE)
async def test_what_it_cannot_read_matches_nothing(text: str) -> None:
    assert hasher().examine(PasswordHash(text)).quality is HashQuality.UNKNOWN
    ours = hasher()
    ours.learn([PasswordHash(text)])
    for stored in (PasswordHash(text), None):
        assert not await ours.verify(Password("x"), stored, client=CLIENT)


@pytest.mark.parametrize("text", ["", "!", "!8bWqJ0dEaPlLVB0w7tX1r3m5XRZpHkQe1NjzT2fA"])
async def test_no_password_is_told_from_an_unknown_one(text: str) -> None:
    assert hasher().examine(PasswordHash(text)).quality is HashQuality.NONE
    assert not await hasher().verify(Password(text), PasswordHash(text), client=CLIENT)


def test_cheap_hashes_are_called_weak() -> None:
    cheap = [pbkdf2("x"), scrypt("x"), django_bcrypt("x"), phc_argon2(low_level.Type.ID)("x")]
    qualities = {hasher().examine(PasswordHash(each)).quality for each in cheap}
    assert qualities == {HashQuality.WEAK}
    dear = [PBKDF2PasswordHasher().encode("x", "salt"), django_argon2("x")]
    found = [hasher().examine(PasswordHash(each)) for each in dear]
    assert [each.quality for each in found] == [HashQuality.GOOD] * 2
    assert [each.scheme for each in found] == ["pbkdf2_sha256", "argon2"]


class Work:
    """What is computed from now on: rounds of bcrypt, iterations, blocks, KiB."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.done: dict[str, int] = {}
        real_hashpw, real_pbkdf2 = bcrypt.hashpw, hashlib.pbkdf2_hmac
        real_scrypt, real_argon2 = hashlib.scrypt, low_level.hash_secret_raw
        real_verify = low_level.verify_secret

        def hashpw(secret: bytes, salt: bytes) -> bytes:
            self._add("bcrypt", 2 ** int(salt[4:6]))
            return real_hashpw(secret, salt)

        def checkpw(secret: bytes, hashed: bytes) -> bool:
            return hashpw(secret, hashed[:29]) == hashed

        def pbkdf2_hmac(
            digest: str, secret: bytes, salt: bytes, iterations: int, length: int
        ) -> bytes:
            self._add("pbkdf2", iterations)
            return real_pbkdf2(digest, secret, salt, iterations, length)

        def scrypt_(secret: bytes, **options: Any) -> bytes:
            self._add("scrypt", options["n"] * options["r"] * options["p"])
            return real_scrypt(secret, **options)

        def argon2(secret: bytes, salt: bytes, passes: int, memory: int, *more: Any) -> bytes:
            self._add("argon2", passes * memory)
            return real_argon2(secret, salt, passes, memory, *more)

        def verify(text: bytes, *more: Any) -> bool:
            self._add("argon2", 64)
            return real_verify(text, *more)

        patch.setattr(bcrypt, "hashpw", hashpw)
        patch.setattr(bcrypt, "checkpw", checkpw)
        patch.setattr(hashlib, "pbkdf2_hmac", pbkdf2_hmac)
        patch.setattr(hashlib, "scrypt", scrypt_)
        patch.setattr(low_level, "hash_secret_raw", argon2)
        patch.setattr(low_level, "verify_secret", verify)

    def _add(self, what: str, work: int) -> None:
        self.done[what] = self.done.get(what, 0) + work


async def test_a_mismatch_does_not_tell_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, for time is not to be trusted."""
    ours = hasher(6)
    own = await ours.hash(Password("x"), client=CLIENT)
    made = [
        *(pbkdf2("x", 10), pbkdf2("x", 25), scrypt("x", 16), scrypt("x", 64)),
        *(phc_argon2(low_level.Type.ID)("x"), bcrypt_sha256("x"), "md5$nobody$knows"),
    ]
    stored = [None, own, *map(PasswordHash, made)]
    ours.learn(each for each in stored if each)
    work, found = Work(monkeypatch), []
    for each in stored:
        work.done.clear()
        assert not await ours.verify(Password("wrong"), each, client=CLIENT)
        found.append(dict(work.done))
    all_of_it = {"bcrypt": 64, "pbkdf2": 25, "scrypt": 64 * 8 * 5, "argon2": 64}
    assert found == [pytest.approx(all_of_it, rel=0.01)] * 9


ARGON2 = phc_argon2(low_level.Type.ID)("x")


@pytest.mark.parametrize(
    ("text", "quality"),
    [
        (ARGON2, HashQuality.WEAK),
        (f"{ARGON2}=", HashQuality.UNKNOWN),
        (f"{ARGON2.rpartition('$')[0]}$.{ARGON2.rpartition('$')[2][1:]}", HashQuality.UNKNOWN),
        (ARGON2.replace("t=1,p=2", "t=131072,p=2"), HashQuality.TOO_COSTLY),
        (ARGON2.replace("m=64,t=1,p=2", "m=512,t=4096,p=64"), HashQuality.TOO_COSTLY),
    ],
    ids=["as it should be", "padded", "with a dot", "many passes", "many lanes"],
)
def test_argon2_that_the_library_does_not_read_or_that_starts_threads_without_end_is_never_computed(
    text: str, quality: HashQuality
) -> None:
    assert hasher(4).examine(PasswordHash(text)).quality is quality


async def test_what_was_not_computed_is_not_taken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = hasher(4)
    stored = read_foreign(ARGON2)
    assert isinstance(stored, Argon2)
    work = Work(monkeypatch)
    ours.learn([PasswordHash(ARGON2)])
    broken = replace(stored, text=stored.text.replace("m=64", "m=640000000"))
    monkeypatch.setattr(ours, "_computable", lambda _: broken)
    assert not await ours.verify(Password("wrong"), PasswordHash(ARGON2), client=CLIENT)
    assert work.done["argon2"] == 2 * stored.work, "what was tried in vain, and then all of it"


@pytest.mark.parametrize("kind", ENGINES)
async def test_neither_salts_nor_damaged_hashes_hide_the_most_costly_one(
    kind: str, tmp_path: Path
) -> None:
    made = [
        *(f"argon2$argon2i$v=19$m=512,t=2,p=2$saltsal{n:05}$aaaaaaaaaaaa" for n in range(300)),
        *(f"$pbkdf2$131000$saltsal{n:05}$aaaaaaaaaaaa" for n in range(300)),
        *(f"scrypt$16384${salt}$8${p}${'a' * 86}==" for salt, p in (("AAAA", 1), ("zzzz", 5))),
        *("pbkdf2_sha256$1500000$$", "pbkdf2_sha256$1500000$salt1234$aaaaaaaaaaaa"),
    ]
    async with storage_on(kind, tmp_path) as storage:
        async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
            for number, text in enumerate(made):
                await work.users.add(Username(f"u{number}"), PasswordHash(text), at=NOON)
        found = [each.value for each in await storage.scan(hashes_of_each_cost)]
    assert len(found) <= 8, "one or two of each"
    assert {*made[-3:]} <= {*found}


@pytest.mark.parametrize("kind", ENGINES)
async def test_the_most_costly_hash_of_each_scheme_is_found(kind: str, tmp_path: Path) -> None:
    ours = [await hasher(cost).hash(Password("x"), client=CLIENT) for cost in (5, 6)]
    django, phc = PBKDF2PasswordHasher(), Argon2Hasher(2, 64, 1)
    made = [
        *(str(django.encode("x", f"salt{n}", n)) for n in (100_000, 1_000_000, 720_000, 2)),
        *(scrypt("x", 2**n) for n in (4, 14)),
        *(phc.hash("x"), django_argon2("x"), bcrypt_sha256("x"), django_bcrypt("x")),
        *(text for text, _ in PHC),
        *(each.value for each in ours),
        *("md5$salt$nothing", "", *(f"!{n}" for n in range(30))),
    ]
    async with storage_on(kind, tmp_path) as storage:
        async with SqlUnitOfWorkFactory(storage.transactions, str)() as work:
            for number, text in enumerate([*made, *made[::-1]]):
                await work.users.add(Username(f"u{number}"), PasswordHash(text), at=NOON)
        found = await storage.scan(hashes_of_each_cost)
    most: dict[str, int] = {}
    for text in found:
        if (stored := read_foreign(text.value)) is not None:
            most[stored.scheme] = max(stored.work, most.get(stored.scheme, 0))
    assert most["pbkdf2_sha256"] == 1_000_000
    assert most["pbkdf2_sha1"] == 4_096
    assert most["scrypt"] == 2**14 * 8 * 5
    assert most["argon2"] == 102_400 * 2
    assert {*ours} <= {*found}
