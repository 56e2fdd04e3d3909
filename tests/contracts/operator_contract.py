"""What the store promises of operators, access tokens and codes, one function a promise."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from domain.labels import NO_METADATA, Metadata
from domain.operator import AccessToken, Issuer, Purpose, Scope, StoredCode, TokenWithUser
from domain.session import SignedIn
from domain.user import User, Username
from tests.contracts.store_contract import Store, promise
from tests.examples import ADA, BOB, DAY, DIGEST, HASH, LAPTOP, NOON, OTHER_DIGEST

SCOPES = frozenset({Scope.DATA_VIEW, Scope.LOG_VIEW})


@promise
async def an_operator_is_known_as_one(store: Store) -> None:
    async with store.begin() as work:
        await work.users.add(ADA, HASH, at=NOON)
        assert not await work.users.has_operator()
        bob = await work.users.add(BOB, HASH, at=NOON, is_operator=True)
        assert bob.is_operator
        assert await work.users.has_operator()
    assert await store.lookup.user(BOB) == bob
    async with store.begin() as work:
        await work.users.save(replace(bob, is_operator=False))
        assert not await work.users.has_operator()


@promise
async def a_version_grows_with_every_save(store: Store) -> None:
    async with store.begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON)
    for version in (2, 3):
        async with store.begin() as work:
            await work.users.save(ada)
        found = await store.lookup.user(ADA)
        assert found is not None
        assert found.version == version


async def _token(store: Store, digest: bytes = DIGEST) -> AccessToken:
    async with store.begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON, is_operator=True)
        return await work.tokens.add(
            digest, ada.id, name="backup \u202e<b>", scopes=SCOPES, at=NOON, expires_at=NOON + DAY
        )


@promise
async def an_access_token_is_found_with_its_user(store: Store) -> None:
    token = await _token(store)
    ada = await store.lookup.user(ADA)
    assert ada is not None
    assert await store.keys.access_token(DIGEST) == TokenWithUser(token, ada)
    assert token == AccessToken(
        token.id, ada.id, "backup \u202e<b>", SCOPES, NOON, NOON + DAY, last_used_at=None
    )
    assert await store.keys.access_token(OTHER_DIGEST) is None


@promise
async def whose_an_access_token_is_can_be_asked(store: Store) -> None:
    token = await _token(store)
    assert await store.keys.token_owner(token.id) == token.user_id
    for nobodys in (0, token.id + 1, 10**30, -1):
        assert await store.keys.token_owner(nobodys) is None


@promise
async def an_access_token_ends_at_once(store: Store) -> None:
    token = await _token(store)
    async with store.begin() as work:
        for nobodys in (0, token.id + 1, 10**30, -1):
            assert await work.tokens.end(nobodys) is None
        assert await work.tokens.end(token.id) == token
        assert await work.tokens.end(token.id) is None
    assert await store.keys.access_token(DIGEST) is None


@promise
async def roles_and_metadata_are_kept_and_come_with_every_look_up(store: Store) -> None:
    async with store.begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON)
        assert (ada.roles, ada.metadata) == ((), NO_METADATA)
        assert await work.users.get(ada.id) == ada
        await work.sessions.add(ada, DIGEST, LAPTOP, at=NOON, expires_at=NOON + DAY)
        await work.tokens.add(
            DIGEST, ada.id, name="script", scopes=SCOPES, at=NOON, expires_at=NOON + DAY
        )
    for roles, metadata in (
        (("admin", "editor"), Metadata('{"plan":"gold \u00e9\U0001f600 %s {}"}')),
        ((), NO_METADATA),
    ):
        async with store.begin() as work:
            ada = await work.users.save(replace(ada, roles=roles, metadata=metadata))
            assert await work.users.get(ada.id) == ada
        assert (ada.roles, ada.metadata) == (roles, metadata)
        session, presented = (
            await store.lookup.session(DIGEST),
            await store.keys.access_token(DIGEST),
        )
        assert session is not None
        assert presented is not None
        assert [session.user, presented.user] == [ada, ada]
        assert await store.lookup.user(ADA) == await store.history.user(ada.id) == ada


@promise
async def access_tokens_and_codes_go_with_the_account(store: Store) -> None:
    token = await _token(store)
    async with store.begin() as work:
        await work.codes.put(OTHER_DIGEST, StoredCode(Purpose.RESET, token.user_id, NOON))
        await work.users.delete(token.user_id)
    assert await store.keys.access_token(DIGEST) is None
    assert await store.keys.one_time_code(OTHER_DIGEST) is None


@promise
async def a_code_works_once(store: Store) -> None:
    stored = StoredCode(Purpose.SET_UP, None, NOON + timedelta(minutes=30))
    async with store.begin() as work:
        await work.codes.put(DIGEST, stored)
    assert await store.keys.one_time_code(DIGEST) == stored
    async with store.begin() as work:
        assert await work.codes.take(OTHER_DIGEST) is None
        assert await work.codes.take(DIGEST) == stored
        assert await work.codes.take(DIGEST) is None
    assert await store.keys.one_time_code(DIGEST) is None


@promise
async def of_many_at_once_one_gets_the_code(store: Store) -> None:
    async with store.begin() as work:
        await work.codes.put(DIGEST, StoredCode(Purpose.SET_UP, None, NOON))

    async def take() -> bool:
        async with store.begin() as work:
            return await work.codes.take(DIGEST) is not None

    assert sum(await asyncio.gather(*(take() for _ in range(10)))) == 1


@promise
async def a_newer_code_replaces_the_older_of_the_same_user_and_purpose(store: Store) -> None:
    async with store.begin() as work:
        ada, bob = [await work.users.add(name, HASH, at=NOON) for name in (ADA, BOB)]
        await work.codes.put(b"1" * 32, StoredCode(Purpose.RESET, ada.id, NOON))
        await work.codes.put(b"2" * 32, StoredCode(Purpose.RESET, bob.id, NOON))
        await work.codes.put(b"3" * 32, StoredCode(Purpose.SET_UP, None, NOON))
        await work.codes.put(b"4" * 32, StoredCode(Purpose.RESET, ada.id, NOON + DAY))
        await work.codes.put(b"5" * 32, StoredCode(Purpose.SET_UP, None, NOON + DAY))
    left = [digit for digit in b"12345" if await store.keys.one_time_code(bytes([digit]) * 32)]
    assert bytes(left) == b"245"


@promise
async def inside_a_unit_of_work_they_are_found_by_id(store: Store) -> None:
    token = await _token(store)
    async with store.begin() as work:
        ada = await work.users.get(token.user_id)
        assert ada is not None
        session = await work.sessions.add(ada, OTHER_DIGEST, LAPTOP, at=NOON, expires_at=NOON + DAY)
        assert await work.sessions.get(session.id) == SignedIn(session, ada)
        assert await work.tokens.get(token.id) == TokenWithUser(token, ada)
        assert await work.sessions.get(session.id + 1) is None
        assert await work.tokens.get(token.id + 1) is None
        await work.users.save(ada.with_password(HASH))
        assert await work.sessions.get(session.id) is None, "it no longer counts"


@promise
async def all_codes_of_a_user_can_be_voided(store: Store) -> None:
    async with store.begin() as work:
        ada, bob = [await work.users.add(name, HASH, at=NOON) for name in (ADA, BOB)]
        await work.codes.put(b"1" * 32, StoredCode(Purpose.RESET, ada.id, NOON))
        await work.codes.put(b"2" * 32, StoredCode(Purpose.RESET, bob.id, NOON))
        await work.codes.put(b"3" * 32, StoredCode(Purpose.SET_UP, None, NOON))
        await work.codes.void(ada.id)
    left = [digit for digit in b"123" if await store.keys.one_time_code(bytes([digit]) * 32)]
    assert bytes(left) == b"23"


@promise
async def an_enabled_operator_besides_somebody_is_known(store: Store) -> None:
    async with store.begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON, is_operator=True)
        assert not await work.users.has_other_operator(ada.id)
        bob = await work.users.add(BOB, HASH, at=NOON, is_operator=True)
        assert await work.users.has_other_operator(ada.id)
        await work.users.save(bob.disabled(NOON))
        assert not await work.users.has_other_operator(ada.id)
        assert await work.users.has_other_operator(bob.id)


@promise
async def of_two_operators_who_leave_at_once_one_stays(store: Store) -> None:
    async with store.begin() as work:
        operators = [
            await work.users.add(name, HASH, at=NOON, is_operator=True) for name in (ADA, BOB)
        ]

    async def leave(user: User) -> bool:
        async with store.begin() as work:
            if not await work.users.has_other_operator(user.id):
                return False
            await asyncio.sleep(0)
            await work.users.save(user.demoted())
            return True

    assert sorted(await asyncio.gather(*map(leave, operators))) == [False, True]


@promise
async def all_access_tokens_of_a_user_end_at_once(store: Store) -> None:
    first = await _token(store)
    async with store.begin() as work:
        bob = await work.users.add(BOB, HASH, at=NOON, is_operator=True)
        second, bobs = [
            await work.tokens.add(
                digest, user_id, name="x", scopes=SCOPES, at=NOON, expires_at=NOON + DAY
            )
            for digest, user_id in ((OTHER_DIGEST, first.user_id), (b"3" * 32, bob.id))
        ]
    async with store.begin() as work:
        assert await work.tokens.end_all(first.user_id) == [first, second]
        assert await work.tokens.end_all(first.user_id) == []
        assert await work.tokens.get(bobs.id)
    assert await store.keys.access_token(DIGEST) is None


@promise
async def a_code_knows_who_issued_it_and_ends_with_them(store: Store) -> None:
    token = await _token(store)
    async with store.begin() as work:
        bob, eve = [
            await work.users.add(name, HASH, at=NOON, is_operator=True)
            for name in (BOB, Username("Eve"))
        ]
        stored_codes = [
            StoredCode(Purpose.RESET, bob.id, NOON, Issuer(token.user_id, 1, token.id)),
            StoredCode(Purpose.RESET, token.user_id, NOON, Issuer(bob.id, 7)),
            StoredCode(Purpose.RESET, eve.id, NOON, Issuer(bob.id, 7)),
        ]
        for number, stored in enumerate(stored_codes):
            await work.codes.put(bytes([number]) * 32, stored)
    assert [
        await store.keys.one_time_code(bytes([number]) * 32) for number in range(3)
    ] == stored_codes
    async with store.begin() as work:
        await work.tokens.end(token.id)
    assert await store.keys.one_time_code(bytes([0]) * 32) is None, "its key was revoked"
    async with store.begin() as work:
        await work.codes.void(bob.id)
    assert await store.keys.one_time_code(bytes([1]) * 32) is None, "who made it is shut out"
    async with store.begin() as work:
        await work.codes.put(DIGEST, StoredCode(Purpose.RESET, bob.id, NOON, Issuer(eve.id, 1)))
        await work.users.delete(eve.id)
    assert await store.keys.one_time_code(DIGEST) is None, "who made it is gone"


@promise
async def codes_to_set_up_can_be_voided_alone(store: Store) -> None:
    async with store.begin() as work:
        ada = await work.users.add(ADA, HASH, at=NOON)
        await work.codes.put(DIGEST, StoredCode(Purpose.SET_UP, None, NOON))
        await work.codes.put(OTHER_DIGEST, StoredCode(Purpose.RESET, ada.id, NOON))
        await work.codes.void_set_up()
    assert await store.keys.one_time_code(DIGEST) is None
    assert await store.keys.one_time_code(OTHER_DIGEST)
