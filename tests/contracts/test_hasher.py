"""The hasher's contract, over the fake and bcrypt; and what is stored, by known answers."""

import asyncio
import hmac
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from adapters.passwords.bcrypt_hasher import BcryptHasher
from adapters.passwords.hash_queue import HashQueue
from adapters.sql.password_hashes import hashes_of_each_cost
from adapters.sql.schema import migrate
from adapters.sql.sqlite import create_database, read_only_engine
from adapters.sql.unit_of_work import SqlUnitOfWorkFactory
from adapters.sql.writer import Writer
from domain.password import Password, PasswordHash, PasswordHasher
from tests.examples import ADA, BOB, CLIENT, NOON
from tests.fakes.system import FakeHasher

COST = 4
QUEUE = HashQueue()
PEPPER, OLD_PEPPER = b"pepper of sixteen", b"an older one, 16+"


@pytest.fixture(params=["fake", "bcrypt", "bcrypt with pepper"])
def hasher(request: pytest.FixtureRequest) -> Iterator[PasswordHasher]:
    if request.param == "fake":
        yield FakeHasher()
        return
    pepper = PEPPER if "pepper" in request.param else None
    yield BcryptHasher(QUEUE, cost=COST, pepper=pepper)


@pytest.mark.parametrize(
    "secret", ["123123", "", "\0", "a\0b", "é" * 36, "x" * 72, "x" * 1024, "日本語", "x" * 20_000]
)
async def test_it_knows_the_password_again(hasher: PasswordHasher, secret: str) -> None:
    hashed = await hasher.hash(Password(secret), client=CLIENT)
    assert await hasher.verify(Password(secret), hashed, client=CLIENT)
    assert not hasher.is_outdated(hashed)


@pytest.mark.parametrize(
    ("secret", "other"),
    [
        ("123123", "123124"),
        ("x" * 72 + "a", "x" * 72 + "b"),
        ("x" * 1023 + "a", "x" * 1023 + "b"),
        ("a\0b", "a\0c"),
        ("a", "a\0"),
        ("a ", "a"),
        ("A", "a"),
        ("é" * 40, "é" * 41),
    ],
)
async def test_every_byte_counts(hasher: PasswordHasher, secret: str, other: str) -> None:
    hashed = await hasher.hash(Password(secret), client=CLIENT)
    assert not await hasher.verify(Password(other), hashed, client=CLIENT)


async def test_nobody_has_no_password(hasher: PasswordHasher) -> None:
    for secret in ("", "123123", "x" * 2000):
        assert not await hasher.verify(Password(secret), None, client=CLIENT)


async def test_the_hash_does_not_contain_the_password(hasher: PasswordHasher) -> None:
    assert "open sesame" not in (await hasher.hash(Password("open sesame"), client=CLIENT)).value


@pytest.fixture
def adapter() -> BcryptHasher:
    return BcryptHasher(QUEUE, cost=COST, pepper=PEPPER, old_peppers=[OLD_PEPPER])


def plain(cost: int = COST, pepper: bytes | None = None) -> BcryptHasher:
    return BcryptHasher(QUEUE, cost=cost, pepper=pepper)


async def test_salts_differ(adapter: BcryptHasher) -> None:
    secret = Password("123123")
    assert await adapter.hash(secret, client=CLIENT) != await adapter.hash(secret, client=CLIENT)


async def test_scheme_key_and_cost_are_named(adapter: BcryptHasher) -> None:
    scheme, key_id, hashed = (await adapter.hash(Password("x"), client=CLIENT)).value.split(":")
    assert scheme == "hmac-sha384"
    assert key_id == "5bbcfdae"
    assert hashed.startswith("$2b$04$")


# Computed apart from the adapter: base64(HMAC-SHA-384(key, password)) with openssl, then bcrypt.
KNOWN = "hmac-sha384:0:$2b$04$abcdefghijklmnopqrstuuTG83AT2T4WAQt50srR9KaYWG62Uk3y."


async def test_a_hash_stored_long_ago_is_still_known(adapter: BcryptHasher) -> None:
    assert await adapter.verify(Password("correct horse"), PasswordHash(KNOWN), client=CLIENT)
    assert not await adapter.verify(Password("correct horsf"), PasswordHash(KNOWN), client=CLIENT)
    assert adapter.is_outdated(PasswordHash(KNOWN)), "there is a pepper now"


async def test_the_text_given_to_bcrypt_is_64_characters() -> None:
    hasher = plain()
    text = hasher._digest("0", Password("correct horse"))
    assert len(text) == 64
    assert bcrypt.checkpw(text, KNOWN.rpartition(":")[2].encode())


@pytest.mark.parametrize("secret", ["123123", "x" * 72, "x" * 100])
async def test_bare_bcrypt_from_elsewhere_is_accepted_and_outdated(
    adapter: BcryptHasher, secret: str
) -> None:
    foreign = PasswordHash(bcrypt.hashpw(secret.encode()[:72], bcrypt.gensalt(COST)).decode())
    assert await adapter.verify(Password(secret), foreign, client=CLIENT)
    assert not await adapter.verify(Password("no"), foreign, client=CLIENT)
    assert adapter.is_outdated(foreign)


async def test_older_keys_and_costs_are_accepted_and_outdated(adapter: BcryptHasher) -> None:
    for older in (plain(), plain(cost=5), plain(pepper=OLD_PEPPER), plain(5, PEPPER)):
        hashed = await older.hash(Password("123123"), client=CLIENT)
        assert await adapter.verify(Password("123123"), hashed, client=CLIENT)
        assert adapter.is_outdated(hashed)


async def test_a_pepper_can_be_given_up(adapter: BcryptHasher) -> None:
    hashed = await adapter.hash(Password("123123"), client=CLIENT)
    without = BcryptHasher(QUEUE, cost=COST, old_peppers=[PEPPER])
    assert await without.verify(Password("123123"), hashed, client=CLIENT)
    assert without.is_outdated(hashed)
    assert not without.is_outdated(await without.hash(Password("123123"), client=CLIENT))


async def test_hashing_happens_off_the_event_loop() -> None:
    slow = BcryptHasher(QUEUE, cost=10)
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    await slow.hash(Password("x"), client=CLIENT)
    others.cancel()
    assert turns > 10


def counted_rounds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rounds of every hash from now on."""
    rounds: list[int] = []
    real = bcrypt.hashpw

    def counting(secret: bytes, salt: bytes) -> bytes:
        rounds.append(2 ** int(salt[4:6]))
        return real(secret, salt)

    def checking(secret: bytes, hashed: bytes) -> bool:
        return hmac.compare_digest(counting(secret, hashed[:29]), hashed)

    monkeypatch.setattr(bcrypt, "hashpw", counting)
    monkeypatch.setattr(bcrypt, "checkpw", checking)
    return rounds


async def test_a_mismatch_costs_the_same_work_whatever_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Counted in rounds of bcrypt, for time is not to be trusted."""
    costly, cheaper = BcryptHasher(QUEUE, cost=7), plain(5)
    bare = PasswordHash(bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode())
    kinds = [bare, None]
    kinds += [await each.hash(Password("x"), client=CLIENT) for each in (costly, cheaper)]
    rounds = counted_rounds(monkeypatch)
    work = []
    for stored in kinds:
        rounds.clear()
        assert not await costly.verify(Password("wrong"), stored, client=CLIENT)
        work.append(sum(rounds))
    assert work == [2**7] * 4


async def test_a_lowered_cost_does_not_tell_which_names_exist(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Somebody has a hash from when the cost was higher; whose guess is looked at does not tell."""
    path = tmp_path / "frontdesk.db"
    create_database(path)
    migrate(path)
    with read_only_engine(path).connect() as connection:
        assert hashes_of_each_cost(connection) == []
    costly = await plain(7).hash(Password("x"), client=CLIENT)
    bare = PasswordHash(bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode())
    writer = Writer(path)
    async with SqlUnitOfWorkFactory(writer, str)() as work:
        await work.users.add(ADA, costly, at=NOON)
        await work.users.add(BOB, bare, at=NOON)
    writer.close()
    with read_only_engine(path).connect() as connection:
        stored_hashes = hashes_of_each_cost(connection)
    assert {*stored_hashes} == {costly, bare}
    cheaper = plain(5)
    cheaper.learn(stored_hashes)
    rounds = counted_rounds(monkeypatch)
    work_ = []
    for stored in (costly, await plain(5).hash(Password("x"), client=CLIENT), bare, None):
        rounds.clear()
        assert not await cheaper.verify(Password("wrong"), stored, client=CLIENT)
        work_.append(sum(rounds))
    assert work_ == [2**7] * 4
    unaware = plain(5)
    assert not await unaware.verify(Password("wrong"), costly, client=CLIENT)
    rounds.clear()
    assert not await unaware.verify(Password("wrong"), None, client=CLIENT)
    assert sum(rounds) == 2**7, "it learns from what it sees"


@pytest.mark.parametrize(
    "stored",
    [
        "hmac-sha384:99999999:" + KNOWN[-60:],
        "md5:0:abc",
        "hmac-sha384:0:nonsense",
        "$2b$99$" + KNOWN[-53:],
    ],
)
async def test_a_hash_it_cannot_read_matches_nothing(stored: str, adapter: BcryptHasher) -> None:
    assert not await adapter.verify(Password("correct horse"), PasswordHash(stored), client=CLIENT)
