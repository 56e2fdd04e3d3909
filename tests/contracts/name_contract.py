"""What the store promises of names and invitations, one function a promise."""

import asyncio

import pytest

from domain.errors import UsernameTaken
from domain.invitation import Invitation
from domain.operator import Issuer, Scope
from domain.user import Username
from tests.contracts.store_contract import Store, promise
from tests.examples import ADA, BOB, DAY, DIGEST, HASH, NOON, OTHER_DIGEST

SOONER, LATER = NOON + DAY, NOON + 2 * DAY


async def _two(store: Store) -> tuple[int, int]:
    async with store.begin() as work:
        ada, bob = [await work.users.add(name, HASH, at=NOON) for name in (ADA, BOB)]
    return ada.id, bob.id


async def _takes(store: Store, user_id: int, *looks: str, held_too: bool = False) -> bool:
    try:
        async with store.begin() as work:
            await work.names.take(looks, user_id, now=NOON, held_too=held_too)
    except UsernameTaken:
        return False
    return True


@promise
async def a_look_belongs_to_whoever_takes_it_first(store: Store) -> None:
    ada, bob = await _two(store)
    assert await _takes(store, ada, "x", "y")
    assert await _takes(store, ada, "y", "z"), "one's own may be taken again"
    for held_too in (False, True):
        assert not await _takes(store, bob, "b", "x", held_too=held_too)
        assert not await _takes(store, bob, "z", held_too=held_too)
    assert await _takes(store, bob, "b"), "what came with one that was refused is free"


@promise
async def of_many_at_once_one_gets_the_look(store: Store) -> None:
    async with store.begin() as work:
        users = [
            await work.users.add(Username(f"user{number}"), HASH, at=NOON) for number in range(10)
        ]
    taken = await asyncio.gather(*(_takes(store, user.id, "x", "y") for user in users))
    assert sum(taken) == 1


@promise
async def a_name_that_is_given_up_is_held_for_its_owner(store: Store) -> None:
    ada, bob = await _two(store)
    await _takes(store, ada, "old", "kept")
    async with store.begin() as work:
        await work.names.hold(ada, but=["kept"], until=LATER, at_most=10)
    assert not await _takes(store, bob, "old")
    assert not await _takes(store, bob, "kept", held_too=True), "it is not given up"
    assert await _takes(store, ada, "old")
    assert not await _takes(store, bob, "old", held_too=True), "it is in use again"


@promise
async def held_names_are_free_when_their_time_is_over_or_for_whom_may(store: Store) -> None:
    ada, bob = await _two(store)
    await _takes(store, ada, "over", "held")
    async with store.begin() as work:
        await work.names.hold(ada, but=["held"], until=NOON, at_most=10)
        await work.names.hold(ada, until=LATER, at_most=10)
    assert await _takes(store, bob, "over")
    assert not await _takes(store, bob, "held")
    assert await _takes(store, bob, "held", held_too=True)
    assert not await _takes(store, ada, "held"), "whose it was has lost it"


@promise
async def what_is_shared_may_stay_somebody_elses(store: Store) -> None:
    ada, bob = await _two(store)
    await _takes(store, ada, "x")
    for looks in (["x"], ["x", "y"]):
        async with store.begin() as work:
            await work.names.take(looks, bob, now=NOON, shared=["x"])
    assert not await _takes(store, ada, "y")
    assert not await _takes(store, bob, "x"), "it is still whose it was"
    async with store.begin() as work:
        await work.names.take(["y"], bob, now=NOON, shared=["z"])
    assert not await _takes(store, ada, "z"), "nobody had it"


@promise
async def what_is_given_up_is_held_also_if_nobody_had_it_on_record(store: Store) -> None:
    ada, bob = await _two(store)
    await _takes(store, bob, "of bob")
    async with store.begin() as work:
        await work.names.hold(ada, given_up=["x", "of bob"], until=LATER, at_most=10)
    assert not await _takes(store, bob, "x")
    assert await _takes(store, bob, "of bob")
    assert await _takes(store, ada, "x")


@promise
async def what_was_left_by_an_account_that_is_gone_is_free(store: Store) -> None:
    ada, bob = await _two(store)
    await _takes(store, ada, "x")
    async with store.begin() as work:
        await work.users.delete(ada)
    assert await _takes(store, bob, "x")


@promise
async def names_stay_held_when_the_account_is_gone(store: Store) -> None:
    ada, bob = await _two(store)
    await _takes(store, ada, "x")
    async with store.begin() as work:
        await work.users.delete(ada)
        await work.names.hold(ada, until=LATER, at_most=10)
    assert not await _takes(store, bob, "x")


@promise
async def of_the_names_one_account_has_held_the_oldest_are_let_go(store: Store) -> None:
    ada, bob = await _two(store)
    for day in range(4):
        await _takes(store, ada, f"look{day}", f"other{day}")
        async with store.begin() as work:
            await work.names.hold(ada, until=NOON + (day + 1) * DAY, at_most=2)
    await _takes(store, ada, "current")
    for kind in ("look", "other"):
        taken = [await _takes(store, bob, f"{kind}{day}") for day in range(4)]
        assert taken == [True, True, False, False]
    assert not await _takes(store, bob, "current")


@promise
async def names_that_are_no_longer_held_are_forgotten_in_batches(store: Store) -> None:
    ada, bob = await _two(store)
    await _takes(store, ada, "a", "b", "c", "late", "used")
    async with store.begin() as work:
        await work.names.hold(ada, but=["late", "used"], until=SOONER, at_most=10)
        await work.names.hold(ada, but=["used"], until=LATER, at_most=10)
    removed = []
    for _ in range(3):
        async with store.begin() as work:
            removed.append(await work.names.remove_old(SOONER, at_most=2))
    assert removed == [2, 1, 0]
    assert [await _takes(store, bob, look) for look in ("a", "late", "used")] == [
        True,
        False,
        False,
    ]


async def _invite(
    store: Store, digest: bytes = DIGEST, *, uses: int = 1, issuer: Issuer | None = None
) -> Invitation:
    async with store.begin() as work:
        return await work.invitations.add(
            digest,
            note="for 'Grace' %s",
            roles=("editor", "member"),
            uses=uses,
            at=NOON,
            expires_at=LATER,
            issuer=issuer,
        )


@promise
async def an_invitation_is_found_by_its_digest(store: Store) -> None:
    ada, _ = await _two(store)
    invitation = await _invite(store, issuer=Issuer(ada, 1))
    assert invitation == Invitation(
        invitation.id,
        "for 'Grace' %s",
        ("editor", "member"),
        1,
        0,
        NOON,
        LATER,
        None,
        Issuer(ada, 1),
    )
    assert await store.keys.invitation(DIGEST) == invitation
    assert await store.keys.invitation(OTHER_DIGEST) is None


@promise
async def an_invitation_is_used_as_often_as_it_says(store: Store) -> None:
    await _invite(store, uses=3)

    async def use() -> int:
        async with store.begin() as work:
            used = await work.invitations.use(DIGEST, NOON)
        return used.used if used else 0

    assert sorted(await asyncio.gather(*(use() for _ in range(10)))) == [0] * 7 + [1, 2, 3]
    found = await store.keys.invitation(DIGEST)
    assert found is not None
    assert found.used == 3


@promise
async def a_use_that_is_not_committed_does_not_count(store: Store) -> None:
    await _invite(store)
    with pytest.raises(UsernameTaken):
        async with store.begin() as work:
            assert await work.invitations.use(DIGEST, NOON)
            raise UsernameTaken
    async with store.begin() as work:
        assert await work.invitations.use(DIGEST, NOON)


@promise
async def what_is_expired_revoked_or_unknown_is_not_used(store: Store) -> None:
    invitation = await _invite(store)
    async with store.begin() as work:
        assert await work.invitations.use(OTHER_DIGEST, NOON) is None
        assert await work.invitations.use(DIGEST, LATER) is None
        for nobodys in (0, invitation.id + 1, 10**30, -1):
            assert await work.invitations.revoke(nobodys, NOON) is None
        assert await work.invitations.revoke(invitation.id, NOON) == invitation
        assert await work.invitations.use(DIGEST, NOON) is None
    found = await store.keys.invitation(DIGEST)
    assert found is not None
    assert found.revoked_at == NOON
    async with store.begin() as work:
        again = await work.invitations.revoke(invitation.id, LATER)
        assert again == found, "that it was revoked before is told"


@promise
async def invitations_end_with_who_made_them(store: Store) -> None:
    ada, bob = await _two(store)
    async with store.begin() as work:
        key = await work.tokens.add(
            b"k" * 32, bob, name="script", scopes=frozenset(Scope), at=NOON, expires_at=LATER
        )
    by_ada, by_key, by_nobody = b"1" * 32, b"2" * 32, b"3" * 32
    await _invite(store, by_ada, issuer=Issuer(ada, 1))
    await _invite(store, by_key, issuer=Issuer(bob, 1, key.id))
    await _invite(store, by_nobody)
    async with store.begin() as work:
        await work.tokens.end(key.id)
    assert await store.keys.invitation(by_key) is None
    async with store.begin() as work:
        await work.users.delete(ada)
    assert await store.keys.invitation(by_ada) is None
    assert await store.keys.invitation(by_nobody)


@promise
async def all_of_one_operator_can_be_revoked(store: Store) -> None:
    ada, bob = await _two(store)
    by_ada, by_bob, by_nobody = b"1" * 32, b"2" * 32, b"3" * 32
    await _invite(store, by_ada, issuer=Issuer(ada, 1))
    await _invite(store, by_bob, issuer=Issuer(bob, 1))
    await _invite(store, by_nobody)
    for now in (NOON, LATER):
        async with store.begin() as work:
            await work.invitations.revoke_all(ada, now)
    found = [await store.keys.invitation(digest) for digest in (by_ada, by_bob, by_nobody)]
    assert [each and each.revoked_at for each in found] == [NOON, None, None]


@promise
async def invitations_of_long_ago_are_forgotten_in_batches(store: Store) -> None:
    for number in range(3):
        await _invite(store, bytes([number]) * 32)
    removed = []
    for than in (LATER, LATER + DAY, LATER + DAY, LATER + DAY):
        async with store.begin() as work:
            removed.append(await work.invitations.remove_old(than, at_most=2))
    assert removed == [0, 2, 1, 0]


@promise
async def an_invitation_says_whom_it_is_for(store: Store) -> None:
    for digest, is_for_operator in ((DIGEST, True), (OTHER_DIGEST, False)):
        async with store.begin() as work:
            added = await work.invitations.add(
                digest,
                note="",
                roles=(),
                uses=1,
                at=NOON,
                expires_at=LATER,
                issuer=None,
                is_for_operator=is_for_operator,
            )
        assert added.is_for_operator is is_for_operator
        assert await store.keys.invitation(digest) == added
        async with store.begin() as work:
            used = await work.invitations.use(digest, NOON)
        assert used
        assert used.is_for_operator is is_for_operator
