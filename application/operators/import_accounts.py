"""Take over accounts from elsewhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domain.errors import UsernameTaken
from domain.events import Event, EventKind
from domain.imports import (
    AccountSource,
    IdList,
    ImportDisturbed,
    Imported,
    ImportedAccount,
    ImportMark,
    ImportReport,
    Imports,
    NewAccount,
    SourceBatch,
)
from domain.password import PasswordHasher
from domain.ports import Clock, UnitOfWorkFactory
from domain.session import Caller

_TRIES = 5


@dataclass(frozen=True, slots=True)
class ImportAccounts:
    """Store the accounts of a source with their passwords, some in each transaction, and in the
    same one a mark of how far it has come: an import that was interrupted goes on, and a later one
    takes over those that have come since.

    Where nobody ever had an account, ids stay, unless somebody else got one since; else each
    account gets a new one, and the list says which. No account is left out: whose name is taken
    gets a suffix. Sessions do not come along. Raises `ImportDisturbed`, `Unavailable`, and
    `UsernameTaken` if others sign up all the time with names that come in.
    """

    begin: UnitOfWorkFactory
    hasher: PasswordHasher
    clock: Clock
    batch: int = 5_000

    async def __call__(
        self,
        *,
        source: AccountSource,
        id_list: IdList,
        caller: Caller,
        may_keep_ids: bool = True,
        on_accounts: Callable[[int], None] = lambda number: None,
    ) -> ImportReport:
        mark = await self._first_mark(source, may_keep_ids=may_keep_ids)
        report = ImportReport(mark.keeps_ids, before=mark.accounts)
        on_accounts(mark.accounts)
        async for batch in source.batches(mark.cursor, size=self.batch):
            mark, added = await self._add(source.name, batch, mark, caller, id_list)
            for each in added:
                report.add(each, self.hasher.examine(each.account.imported.password_hash))
            on_accounts(len(added))
        return report

    async def _first_mark(self, source: AccountSource, *, may_keep_ids: bool) -> ImportMark:
        """It is committed before ids are reserved: PostgreSQL cannot undo that, and who goes on
        after an interruption has to know for whom they are.
        """
        async with self.begin() as work:
            known = await work.imports.mark(source.name)
        last_id = await source.last_id(after=known.cursor if known else "")
        async with self.begin() as work:
            mark = await work.imports.mark(source.name)
            given = await work.imports.last_id()
            if mark is None:
                mark = ImportMark(keeps_ids=last_id > 0 and given == 0)
            if not may_keep_ids:
                mark = replace(mark, keeps_ids=False)
            if mark.keeps_ids and given == mark.reserved < last_id:
                mark = replace(mark, reserved=last_id)
            await work.imports.set_mark(source.name, mark, at=self.clock.now())
        async with self.begin() as work:
            if mark.keeps_ids and await work.imports.last_id() < mark.reserved:
                await work.imports.reserve(mark.reserved)
        return mark

    async def _add(
        self,
        source: str,
        batch: SourceBatch,
        mark: ImportMark,
        caller: Caller,
        id_list: IdList,
    ) -> tuple[ImportMark, list[Imported]]:
        """Somebody may sign up meanwhile with a name that comes in; then it is tried again."""
        for _ in range(_TRIES):
            try:
                async with self.begin() as work:
                    now = self.clock.now()
                    if await work.imports.mark(source) != mark:
                        raise ImportDisturbed
                    accounts = await self._named(batch.accounts, work.imports, mark)
                    added = await work.imports.add(accounts, at=now)
                    created = EventKind.ACCOUNT_CREATED
                    await work.events.append(
                        *(Event(created, now, each.id, caller) for each in added)
                    )
                    if any(each.account.imported.is_operator for each in added):
                        await work.codes.void_set_up()
                    # Before the commit: what was committed is listed, and the rest is cut off.
                    listed = [each for each in added if each.is_listed]
                    size = id_list.write(listed, at=mark.list_bytes)
                    done = mark.accounts + len(added)
                    after = replace(mark, cursor=batch.cursor, accounts=done, list_bytes=size)
                    await work.imports.set_mark(source, after, at=now)
            except UsernameTaken:
                continue
            return after, added
        raise UsernameTaken

    async def _named(
        self, accounts: Sequence[ImportedAccount], imports: Imports, mark: ImportMark
    ) -> list[NewAccount]:
        """Each with a name and an id that nobody has."""
        wanted = [
            NewAccount.of(each, keeps_id=mark.keeps_ids and (each.id or 0) <= mark.reserved)
            for each in accounts
        ]
        taken = {*await imports.taken([each.username for each in wanted])}
        taken_ids = {*await imports.taken_ids([each.id for each in wanted if each.id])}
        new = []
        for account in wanted:
            named = account.with_new_id() if account.id in taken_ids else account
            while named.username.key in taken:
                named = named.with_suffix()
                taken |= {*await imports.taken([named.username])}
            taken.add(named.username.key)
            taken_ids |= {named.id} if named.id else set()
            new.append(named)
        return new
