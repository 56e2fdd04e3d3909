"""Taking over accounts from elsewhere, many at once: what comes in, what becomes of its name, and
what is said about it.
"""

import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.errors import InvalidUsername
from domain.labels import NO_METADATA, Metadata
from domain.password import HashReport, PasswordHash
from domain.user import Username, has_invisible

IMPORTED_NAME_MAX_CHARACTERS = 150
"""As in Django. Nobody can choose a name that long here, but who has one keeps it."""
ID_MAX = 2**52
"""Of ids that are kept: those that follow are exact in JSON, too (below 2^53). Others become new
ones.
"""
_ID_IN_NAMES_MAX_CHARACTERS = 64
_EXAMPLES_MAX = 10


class ImportDisturbed(Exception):
    """Another process imports the same source."""

    def __init__(self) -> None:
        super().__init__("Another command takes over the same accounts right now.")


class NameChange(StrEnum):
    """What is odd about a name, and what becomes of it."""

    TAKEN = "taken"
    """Somebody has it, perhaps in another case: a suffix is added."""
    UNUSABLE = "unusable"
    """It is empty, endless, or has characters that nobody sees or types: they are left out, and a
    suffix is added.
    """
    AGAINST_RULES = "against_rules"
    """Nobody could choose it here: it stays until its owner changes it."""


@dataclass(frozen=True, slots=True)
class ImportedAccount:
    """An account as it is elsewhere. `source_id` is its id there, as text."""

    source_id: str
    username: str
    password_hash: PasswordHash
    signup_time: datetime | None = None
    disabled_at: datetime | None = None
    is_operator: bool = False
    roles: tuple[str, ...] = ()
    metadata: Metadata = NO_METADATA
    remarks: tuple[str, ...] = ()
    """What of it could not be read, or is not taken over."""

    @property
    def id(self) -> int | None:
        """Its id, if it can be one here."""
        is_number = self.source_id.isascii() and self.source_id.isdecimal()
        if not is_number or len(self.source_id) > len(str(ID_MAX)):
            return None
        number = int(self.source_id)
        return number if 0 < number <= ID_MAX else None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as it is to be here. Without an `id` it gets a new one."""

    imported: ImportedAccount
    username: Username
    id: int | None = None
    change: NameChange | None = None

    @classmethod
    def of(cls, imported: ImportedAccount, *, keeps_id: bool) -> "NewAccount":
        """With the name it has, if that can be."""
        id_, raw = imported.id if keeps_id else None, imported.username
        cleaned = _visible(raw)
        if not cleaned or cleaned != unicodedata.normalize("NFC", raw):
            return cls(imported, Username(cleaned), id_).with_suffix(NameChange.UNUSABLE)
        name = Username(cleaned)
        try:
            Username.parse(raw)
        except InvalidUsername:
            return cls(imported, name, id_, NameChange.AGAINST_RULES)
        return cls(imported, name, id_)

    def with_suffix(self, change: NameChange = NameChange.TAKEN) -> "NewAccount":
        """Under another name, which says which account it was."""
        id_ = self.imported.source_id[:_ID_IN_NAMES_MAX_CHARACTERS]
        name = Username(f"{self.username.value}~{id_}")
        return replace(self, username=name, change=change)

    def with_new_id(self) -> "NewAccount":
        """Under an id of this service."""
        return replace(self, id=None)


def _visible(raw: str) -> str:
    """Without what nobody sees, and of a length that a name can have elsewhere."""
    text = unicodedata.normalize("NFC", raw[:IMPORTED_NAME_MAX_CHARACTERS])
    shown = "".join(each for each in text if not has_invisible(each))
    return shown.strip()


@dataclass(frozen=True, slots=True)
class ImportMark:
    """How far an import has come: where its source goes on, how many accounts were taken over,
    whether with their ids, and how long the list of new ids is, in bytes.
    """

    cursor: str = ""
    accounts: int = 0
    keeps_ids: bool = False
    list_bytes: int = 0
    reserved: int = 0
    """Ids up to this one are for the accounts of the source: nobody else got one."""


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """Some accounts, and where to go on after them."""

    accounts: Sequence[ImportedAccount]
    cursor: str


class AccountSource(Protocol):
    """Where accounts come from. It is only read."""

    @property
    def name(self) -> str:
        """Tells it from others, and has no password in it."""

    async def count(self) -> int:
        """How many accounts there are now."""

    async def last_id(self, *, after: str) -> int:
        """No account has a higher id that can be kept (`ID_MAX`); 0 if the ids are no numbers.

        It is asked before anything is done, and raises if nobody could go on behind this cursor.
        """

    def batches(self, after: str, *, size: int) -> AsyncIterator[SourceBatch]:
        """Those behind this cursor, the oldest first, so many at a time; an empty one is before the
        first.
        """


@dataclass(frozen=True, slots=True)
class Imported:
    """An account that was taken over, under this id."""

    account: NewAccount
    id: int

    @property
    def is_listed(self) -> bool:
        """Whether its owner, or a program that refers to it, has to be told."""
        before = Username(self.account.imported.username)
        is_renamed = self.account.username.key != before.key
        return is_renamed or str(self.id) != self.account.imported.source_id


class IdList(Protocol):
    """Which account has which id and name now."""

    def write(self, added: Sequence[Imported], *, at: int) -> int:
        """Write them to the disk after so many bytes, and cut off what was behind: it was never
        committed. Say how long the list is now.
        """


class Imports(Protocol):
    """Many accounts at once, inside a unit of work."""

    async def last_id(self) -> int:
        """The highest id that was ever given or reserved; 0 if nobody ever had an account."""

    async def reserve(self, last_id: int) -> None:
        """Give nobody an id up to this one, but those that `add` is told."""

    async def taken(self, names: Collection[Username]) -> Collection[str]:
        """The keys of those of these names that somebody has."""

    async def taken_ids(self, ids: Collection[int]) -> Collection[int]:
        """Those of these ids that somebody has."""

    async def add(self, accounts: Sequence[NewAccount], *, at: datetime) -> list[Imported]:
        """Store accounts, in this order. One without a sign-up time signed up `at`. Raises
        `UsernameTaken` if a name or an id is taken: all of the unit of work is lost then.
        """

    async def mark(self, source: str) -> ImportMark | None:
        """How far the import of this source has come; it stays so until the unit of work ends."""

    async def set_mark(self, source: str, mark: ImportMark, *, at: datetime) -> None:
        """Remember how far it has come. Raises `ImportDisturbed` if another import of this source
        began in the same moment.
        """


@dataclass(slots=True)
class ImportReport:
    """What was found, and what became of it."""

    keeps_ids: bool
    before: int = 0
    """Taken over by an earlier import of the same source."""
    accounts: int = 0
    disabled: int = 0
    operators: int = 0
    new_ids: int = 0
    hashes: Counter[HashReport] = field(default_factory=Counter)
    names: Counter[NameChange] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    examples: dict[NameChange, list[Imported]] = field(default_factory=dict)
    """Of each change some."""

    def add(self, imported: Imported, hash_report: HashReport) -> None:
        """Count one."""
        account, found = imported.account, imported.account.imported
        self.accounts += 1
        self.disabled += found.disabled_at is not None
        self.operators += found.is_operator
        self.new_ids += str(imported.id) != found.source_id
        self.hashes[hash_report] += 1
        self.remarks.update(found.remarks)
        if account.change:
            self.names[account.change] += 1
            examples = self.examples.setdefault(account.change, [])
            if len(examples) < _EXAMPLES_MAX:
                examples.append(imported)
