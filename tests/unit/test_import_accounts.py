"""Accounts are taken over from elsewhere: all of them, once, and nothing of them is lost."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from domain.errors import StorageUnavailable, UsernameTaken
from domain.events import EventKind
from domain.imports import (
    ImportDisturbed,
    Imported,
    ImportedAccount,
    ImportReport,
    NameChange,
    SourceBatch,
)
from domain.password import HashQuality, HashReport, Password, PasswordHash
from domain.user import Username
from tests.contracts.test_store import BrokenStore
from tests.examples import ADA, DAY, HASH, LAPTOP, NOON, PASSWORD
from tests.fakes.store import FakeImports
from tests.unit.conftest import Desk


@dataclass
class FakeSource:
    accounts: list[ImportedAccount]
    name: str = "elsewhere"
    breaks_after: int | None = None

    async def count(self) -> int:
        return len(self.accounts)

    async def last_id(self, *, after: str) -> int:
        return max((each.id or 0 for each in self.accounts), default=0)

    async def batches(self, after: str, *, size: int) -> AsyncIterator[SourceBatch]:
        for start in range(int(after or 0), len(self.accounts), size):
            if self.breaks_after is not None and start >= self.breaks_after:
                raise StorageUnavailable
            part = self.accounts[start : start + size]
            yield SourceBatch(part, str(start + len(part)))


@dataclass
class FakeIdList:
    rows: list[Imported] = field(default_factory=list)

    def write(self, added: Sequence[Imported], *, at: int) -> int:
        self.rows[at:] = added
        return len(self.rows)


def account(source_id: object, name: str, **more: Any) -> ImportedAccount:
    plain = ImportedAccount(str(source_id), name, HASH, NOON - 100 * DAY)
    return replace(plain, **more)


async def take_over(
    desk: Desk, source: FakeSource, id_list: FakeIdList | None = None, **options: Any
) -> ImportReport:
    use_case = replace(desk.use_cases.import_accounts, batch=2)
    listed = FakeIdList() if id_list is None else id_list
    return await use_case(source=source, id_list=listed, caller=LAPTOP, **options)


def names(desk: Desk) -> dict[int, str]:
    return {id_: user.username.value for id_, user in desk.store.state.users.items()}


async def test_ids_stay_also_if_it_ends_while_they_are_reserved() -> None:
    has_failed = False

    class FailingOnce(FakeImports):
        """As a process that is killed between the mark and the ids, which are never given back."""

        async def reserve(self, last_id: int) -> None:
            nonlocal has_failed
            await super().reserve(last_id)
            if not has_failed:
                has_failed = True
                raise StorageUnavailable

    desk = Desk(store=BrokenStore(imports=FailingOnce))
    source = FakeSource([account(4, "ada"), account(7, "bob")])
    with pytest.raises(StorageUnavailable):
        await take_over(desk, source)
    report = await take_over(desk, source)
    assert (report.keeps_ids, report.new_ids) == (True, 0)
    assert names(desk) == {4: "ada", 7: "bob"}


async def test_new_ids_can_be_wanted_later(desk: Desk) -> None:
    source = FakeSource([account(4, "ada")])
    await take_over(desk, source)
    source.accounts.append(account(7, "bob"))
    report = await take_over(desk, source, may_keep_ids=False)
    assert report.new_ids == 1


async def test_an_endless_id_makes_no_endless_name(desk: Desk) -> None:
    await desk.signed_up("ada")
    await take_over(desk, FakeSource([account("x" * 9_000, "ada")]))
    assert names(desk)[2] == f"ada~{'x' * 64}"


async def test_where_nobody_was_ids_names_times_and_hashes_stay(desk: Desk) -> None:
    source = FakeSource([account(4, "ada"), account(7, "Bob"), account(9, "eve")])
    id_list = FakeIdList()
    report = await take_over(desk, source, id_list)
    assert names(desk) == {4: "ada", 7: "Bob", 9: "eve"}
    users = desk.store.state.users.values()
    assert {(each.password_hash, each.signup_time) for each in users} == {(HASH, NOON - 100 * DAY)}
    assert (report.accounts, report.keeps_ids, report.new_ids) == (3, True, 0)
    assert id_list.rows == []
    assert (await desk.signed_up("grace")).user.id == 10, "no id is given twice"


async def test_among_others_they_get_new_ids_and_the_list_says_which(desk: Desk) -> None:
    await desk.signed_up("grace")
    id_list = FakeIdList()
    report = await take_over(desk, FakeSource([account(1, "ada"), account(2, "bob")]), id_list)
    assert names(desk) == {1: "grace", 2: "ada", 3: "bob"}
    assert [(each.account.imported.source_id, each.id) for each in id_list.rows] == [
        ("1", 2),
        ("2", 3),
    ]
    assert (report.keeps_ids, report.new_ids) == (False, 2)


async def test_new_ids_can_be_asked_for_and_other_ids_are_never_kept(desk: Desk) -> None:
    await take_over(desk, FakeSource([account(7, "ada")]), may_keep_ids=False)
    assert names(desk) == {1: "ada"}
    other = Desk()
    odd = ["0", "-1", "x1", "9" * 30, "²", "٣", "c56a4180-65aa-42ec-a945-5fd21dec0538"]
    rows = [account(each, f"user{index}") for index, each in enumerate(["5", *odd])]
    await take_over(other, FakeSource(rows))
    assert names(other) == {
        5: "user0",
        **{5 + index: f"user{index}" for index in range(1, len(rows))},
    }


async def test_an_account_that_was_deleted_makes_a_place_used(desk: Desk) -> None:
    signed_up = await desk.signed_up("grace")
    async with desk.store.begin() as work:
        await work.users.delete(signed_up.user.id)
    report = await take_over(desk, FakeSource([account(1, "ada")]))
    assert not report.keeps_ids
    assert names(desk) == {2: "ada"}


async def test_who_is_taken_over_logs_in_as_before(desk: Desk) -> None:
    before = Desk()
    admission = await before.signed_up("ada")
    hashed = before.store.state.users[admission.user.id].password_hash
    await take_over(desk, FakeSource([account(1, "ada", password_hash=hashed)]))
    assert (await desk.logged_in()).user.username == Username("ada")


async def test_each_is_on_record(desk: Desk) -> None:
    await take_over(desk, FakeSource([account(3, "ada"), account(4, "bob")]))
    events = desk.happened()
    assert {each.kind for each in events} == {EventKind.ACCOUNT_CREATED}
    assert [(each.user_id, each.at, each.caller) for each in events] == [
        (3, NOON, replace(LAPTOP, device="FIREFOX")),
        (4, NOON, replace(LAPTOP, device="FIREFOX")),
    ]


async def test_of_names_that_are_one_after_folding_the_older_account_has_it(desk: Desk) -> None:
    rows = [account(1, "Ada"), account(2, "ADA"), account(3, "ada"), account(4, "ada~3")]
    id_list = FakeIdList()
    report = await take_over(desk, FakeSource(rows), id_list)
    assert names(desk) == {1: "Ada", 2: "ADA~2", 3: "ada~3", 4: "ada~3~4"}
    assert report.names == {NameChange.TAKEN: 3}
    assert [each.id for each in id_list.rows] == [2, 3, 4]
    shown = [each.account.username.value for each in report.examples[NameChange.TAKEN]]
    assert shown == ["ADA~2", "ada~3", "ada~3~4"]


async def test_who_is_there_keeps_the_name(desk: Desk) -> None:
    await desk.signed_up("ada")
    await take_over(desk, FakeSource([account(77, "Ada")]))
    assert names(desk) == {1: "ada", 2: "Ada~77"}


@pytest.mark.parametrize(
    ("name", "becomes", "change"),
    [
        ("ada", "ada", None),
        ("ada.lovelace@example.com", "ada.lovelace@example.com", NameChange.AGAINST_RULES),
        ("ada lovelace", "ada lovelace", NameChange.AGAINST_RULES),
        ("x" * 150, "x" * 150, NameChange.AGAINST_RULES),
        ("x" * 151, "x" * 150 + "~8", NameChange.UNUSABLE),
        ("", "~8", NameChange.UNUSABLE),
        (" \t\u200b", "~8", NameChange.UNUSABLE),
        ("a\0d\u202ea", "ada~8", NameChange.UNUSABLE),
        (" ada", "ada~8", NameChange.UNUSABLE),
        ("e\u0301ve", "\xe9ve", None),
    ],
)
async def test_what_becomes_of_a_name(
    desk: Desk, name: str, becomes: str, change: NameChange | None
) -> None:
    report = await take_over(desk, FakeSource([account(8, name)]))
    assert names(desk) == {8: becomes}
    assert [*report.names] == ([change] if change else [])


async def test_a_name_that_nobody_could_choose_is_one_to_log_in_with(desk: Desk) -> None:
    hashed = await desk.hasher.hash(Password(PASSWORD))
    name = "ada.lovelace@example.com"
    await take_over(desk, FakeSource([account(8, name, password_hash=hashed)]))
    assert (await desk.logged_in(name.upper())).user.id == 8


async def test_what_was_found_is_counted(desk: Desk) -> None:
    rows = [
        account(1, "ada", password_hash=PasswordHash("weak md5"), disabled_at=NOON),
        account(2, "bob", password_hash=PasswordHash("unknown ")),
        account(3, "eve", password_hash=PasswordHash("unknown "), is_operator=True),
        account(4, "grace", remarks=("a", "b")),
        account(5, "edith", remarks=("b",)),
    ]
    report = await take_over(desk, FakeSource(rows))
    assert report.hashes == {
        HashReport("md5", HashQuality.WEAK): 1,
        HashReport("", HashQuality.UNKNOWN): 2,
        HashReport("fake", HashQuality.GOOD): 2,
    }
    assert (report.accounts, report.disabled, report.operators) == (5, 1, 1)
    assert report.remarks == {"a": 1, "b": 2}


async def test_an_operator_who_comes_ends_the_code_for_the_first_one(desk: Desk) -> None:
    await desk.use_cases.offer_set_up()
    await take_over(desk, FakeSource([account(1, "ada")]))
    assert len(desk.store.state.stored_codes) == 1
    await take_over(desk, FakeSource([account(2, "root", is_operator=True)], "another"))
    assert desk.store.state.stored_codes == {}


async def test_an_import_that_was_interrupted_goes_on(desk: Desk) -> None:
    rows = [account(number, f"user{number}") for number in range(1, 8)]
    id_list = FakeIdList()
    with pytest.raises(StorageUnavailable):
        await take_over(desk, FakeSource(rows, breaks_after=4), id_list)
    assert [*names(desk)] == [1, 2, 3, 4]
    report = await take_over(desk, FakeSource(rows), id_list)
    assert [*names(desk)] == [1, 2, 3, 4, 5, 6, 7], "with their ids, as it began"
    assert (report.before, report.accounts, report.keeps_ids) == (4, 3, True)
    assert len(desk.happened()) == 7


async def test_a_later_one_takes_over_who_has_come_since(desk: Desk) -> None:
    rows = [account(1, "ada"), account(2, "bob")]
    await take_over(desk, FakeSource(rows))
    again = await take_over(desk, FakeSource(rows))
    assert (again.before, again.accounts) == (2, 0)
    await desk.signed_up("grace")
    more = await take_over(desk, FakeSource([*rows, account(3, "eve"), account(4, "edith")]))
    assert (more.before, more.accounts, more.new_ids) == (2, 2, 2)
    assert names(desk) == {1: "ada", 2: "bob", 3: "grace", 4: "eve", 5: "edith"}


async def test_a_later_one_keeps_ids_as_long_as_nobody_else_got_one(desk: Desk) -> None:
    rows = [account(1, "ada")]
    await take_over(desk, FakeSource(rows))
    rows.append(account(5, "bob"))
    assert (await take_over(desk, FakeSource(rows))).new_ids == 0
    mallory = (await desk.signed_up("mallory")).user
    async with desk.store.begin() as work:
        await work.users.delete(mallory.id)
    rows.append(account(mallory.id, "victim"))
    assert (await take_over(desk, FakeSource(rows))).new_ids == 1
    assert names(desk) == {1: "ada", 5: "bob", 7: "victim"}, "an id is never given twice"


async def test_of_two_at_once_one_is_told_so(desk: Desk) -> None:
    """As when an operator begins again while the first command still runs."""
    rows = [account(number, f"user{number}") for number in range(1, 8)]

    @dataclass
    class Interrupted(FakeSource):
        async def batches(self, after: str, *, size: int) -> AsyncIterator[SourceBatch]:
            async for batch in FakeSource(self.accounts).batches(after, size=size):
                yield batch
                if not after:
                    await take_over(desk, FakeSource(rows))
                    after = "once"

    with pytest.raises(ImportDisturbed):
        await take_over(desk, Interrupted(rows))
    assert sorted(names(desk)) == [1, 2, 3, 4, 5, 6, 7]
    assert len(desk.happened()) == 7


async def test_what_was_listed_and_not_committed_is_cut_off(desk: Desk) -> None:
    await desk.signed_up("grace")
    id_list = FakeIdList()
    rows = [account(number, f"user{number}") for number in (21, 22, 23)]
    await take_over(desk, FakeSource(rows[:2]), id_list)
    id_list.rows.append(id_list.rows[0])
    await take_over(desk, FakeSource(rows), id_list)
    assert [each.account.imported.source_id for each in id_list.rows] == ["21", "22", "23"]


async def test_a_name_that_is_taken_meanwhile_is_tried_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where somebody signs up between the question and the answer, on PostgreSQL."""
    real, late = FakeImports.taken, [ADA]

    async def taken(self: FakeImports, asked: Sequence[Username]) -> object:
        if late:
            late.clear()
            raise UsernameTaken
        return await real(self, asked)

    monkeypatch.setattr(FakeImports, "taken", taken)
    report = await take_over(desk, FakeSource([account(1, "ada")]))
    assert report.accounts == 1
    assert len(desk.happened()) == 1

    async def always(self: FakeImports, asked: Sequence[Username]) -> object:
        raise UsernameTaken

    monkeypatch.setattr(FakeImports, "taken", always)
    with pytest.raises(UsernameTaken):
        await take_over(desk, FakeSource([account(1, "bob")], "another"))


async def test_of_one_id_and_one_name_each_account_gets_its_own(desk: Desk) -> None:
    source = FakeSource([account(4, "ada"), account(4, "ada")])
    progress: list[int] = []
    report = await take_over(desk, source, on_accounts=progress.append)
    assert report.keeps_ids
    assert names(desk)[4] == "ada"
    assert len({*names(desk)}) == len({*names(desk).values()}) == 2
    assert progress == [0, 2]
