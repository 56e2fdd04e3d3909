"""Every failure the service expects.

    FrontdeskError
    ├── Invalid                  the caller can mend the input
    │   ├── InvalidUsername
    │   ├── InvalidPassword
    │   ├── InvalidTokenName
    │   ├── InvalidNote
    │   ├── InvalidReason
    │   ├── InvalidRoles
    │   ├── InvalidMetadata
    │   ├── InvalidQuery
    │   └── QueryTooSlow
    ├── UsernameTaken            somebody else has the name
    ├── EditConflict             somebody else changed it since it was read
    ├── LastOperator             nobody would be left to operate the service
    ├── NoSuchThing              nothing has this id
    │   ├── NoSuchSession
    │   ├── NoSuchUser
    │   ├── NoSuchToken
    │   ├── NoSuchInvitation
    │   └── NoSuchRow
    ├── Refused                  the caller may not do this
    │   ├── InvalidCredentials
    │   ├── InvalidCode
    │   ├── SignUpClosed
    │   ├── NotSignedIn
    │   ├── NotAnOperator
    │   ├── RoleMissing
    │   ├── ScopeMissing
    │   ├── PersonRequired
    │   ├── OperatorProtected
    │   ├── FreshLoginRequired
    │   └── TooManyAttempts
    └── Unavailable              nothing is wrong with the request; it may be sent again later
        ├── Busy
        ├── StorageFull
        └── StorageUnavailable

The text of an error is for the caller: one sentence that says what to do, and never a secret.
"""

from typing import ClassVar


class FrontdeskError(Exception):
    """The root of all failures the service expects. `user_id` is whose account it was about, for
    operators and never for the caller. It says its `text`, unless it is given another one.
    """

    user_id: int | None = None
    text: ClassVar[str] = ""

    def __init__(self, text: str | None = None) -> None:
        super().__init__(self.text if text is None else text)


class Invalid(FrontdeskError):
    """A value breaks a rule; the text says which one. `field` is where it came from."""

    field: ClassVar[str]


class InvalidUsername(Invalid):
    """The username breaks a rule of `domain.user`."""

    field = "username"


class InvalidPassword(Invalid):
    """The password breaks a rule of `domain.password`."""

    field = "password"


class InvalidRoles(Invalid):
    """The roles break a rule of `domain.labels`."""

    field = "roles"


class InvalidMetadata(Invalid):
    """The metadata breaks a rule of `domain.labels`."""

    field = "metadata"


class InvalidTokenName(Invalid):
    """The name of an access token breaks a rule of `domain.operator`."""

    field = "name"


class InvalidNote(Invalid):
    """The note on an invitation breaks a rule of `domain.invitation`."""

    field = "note"


class InvalidReason(Invalid):
    """The reason breaks a rule of `domain.operator`."""

    field = "reason"


class InvalidQuery(Invalid):
    """A table, column, comparison or value that cannot be asked for. Secret columns do not exist
    here.
    """

    field = "query"


class QueryTooSlow(Invalid):
    """It would take longer than a query may."""

    field = "query"

    text = "This takes too long; filter or sort by an indexed column."


class UsernameTaken(FrontdeskError):
    """Another account has this name, or one that counts as the same."""

    text = "This username is taken; choose another one."


class EditConflict(FrontdeskError):
    """Somebody else has changed it since the caller read it."""

    text = "Somebody has changed this since you read it; read it again."


class LastOperator(FrontdeskError):
    """The last operator may not be deleted, nor, except at the command line, disabled or demoted:
    nobody would be left who can make another one.
    """

    text = "You are the last operator; make another one first."


class NoSuchThing(FrontdeskError):
    """Nothing the caller may know of has this id."""


class NoSuchSession(NoSuchThing):
    """None of the user's sessions has this id."""

    text = "No such session has this id."


class NoSuchUser(NoSuchThing):
    """Nobody has this id or name."""

    text = "There is no such user."


class NoSuchToken(NoSuchThing):
    """No access token has this id."""

    text = "There is no such access token."


class NoSuchInvitation(NoSuchThing):
    """No invitation has this id."""

    text = "There is no such invitation."


class NoSuchRow(NoSuchThing):
    """No row has this key."""

    text = "There is no such row."


class Refused(FrontdeskError):
    """The caller may not do this."""


class InvalidCredentials(Refused):
    """Unknown name and wrong password alike, so that nobody learns which names exist."""

    text = "The username or the password is wrong."


class InvalidCode(Refused):
    """A one-time code that was never given out, has been used, or is too old."""

    text = "This code is not, or no longer, valid; ask for a new one."


class SignUpClosed(Refused):
    """Not everybody may sign up. What is wrong with an invitation is not told."""

    text = "You need a valid invitation to sign up; ask for one."


class NotAnOperator(Refused):
    """Signed in, but not as an operator."""

    text = "Only operators may do this."


class RoleMissing(Refused):
    """The user has none of the roles that this needs."""

    text = "You are signed in, but have no role that opens this."

    def __init__(self, user_id: int | None = None) -> None:
        super().__init__()
        self.user_id = user_id


class ScopeMissing(Refused):
    """The access token does not have the scope that this needs."""

    def __init__(self, scope: str = "") -> None:
        needed = f"the scope {scope}" if scope else "the scope this needs"
        super().__init__(f"Use an access token that has {needed}.")
        self.scope = scope


class PersonRequired(Refused):
    """An access token may not do this, whatever its scopes."""

    text = "Log in as an operator for this; no access token is enough."


class OperatorProtected(Refused):
    """An operator is not changed together with many others."""

    text = "Operators are changed one by one; open the account."


class NotSignedIn(Refused):
    """No session, or one that has ended."""

    text = "Log in first."


class FreshLoginRequired(Refused):
    """The session is too old for a sensitive change that came without the current password."""

    text = "Send your current_password, or log in again and retry."


class TooManyAttempts(Refused):
    """Guessed too often. `retry_after` is in whole seconds."""

    text = "Too many attempts; wait before the next one."

    def __init__(self, *, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class Unavailable(FrontdeskError):
    """The service cannot do this now. `retry_after` is in whole seconds."""

    retry_after = 1


class Busy(Unavailable):
    """Too much work is waiting already."""

    text = "The service is busy; try again shortly."

    def __init__(self, *, retry_after: int = 2) -> None:
        super().__init__()
        self.retry_after = retry_after


class StorageFull(Unavailable):
    """The disk is full. Reads and existing sessions go on; writes resume when space returns."""

    text = "There is no space left to store this; try again later."
    retry_after = 30


class StorageUnavailable(Unavailable):
    """The database cannot be reached, is locked by somebody else, or may not be written."""

    text = "The database is not available; try again shortly."
    retry_after = 2
