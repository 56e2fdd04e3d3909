"""Every failure the service expects.

    FrontdeskError
    ├── Invalid                  the caller can mend the input
    │   ├── InvalidUsername
    │   └── InvalidPassword
    ├── UsernameTaken            somebody else has the name
    ├── NoSuchSession            none of yours has this id
    ├── Refused                  the caller may not do this
    │   ├── InvalidCredentials
    │   ├── NotSignedIn
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
    """The root of all failures the service expects."""


class Invalid(FrontdeskError):
    """A value breaks a rule; the text says which one. `field` is where it came from."""

    field: ClassVar[str]


class InvalidUsername(Invalid):
    """The username breaks a rule of `domain.user`."""

    field = "username"


class InvalidPassword(Invalid):
    """The password breaks a rule of `domain.password`."""

    field = "password"


class UsernameTaken(FrontdeskError):
    """Another account has this name, or one that counts as the same."""

    def __init__(self) -> None:
        super().__init__("This username is taken; choose another one.")


class NoSuchSession(FrontdeskError):
    """None of the caller's own sessions has this id."""

    def __init__(self) -> None:
        super().__init__("None of your sessions has this id.")


class Refused(FrontdeskError):
    """The caller may not do this."""


class InvalidCredentials(Refused):
    """Unknown name and wrong password alike, so that nobody learns which names exist."""

    def __init__(self) -> None:
        super().__init__("The username or the password is wrong.")


class NotSignedIn(Refused):
    """No session, or one that has ended."""

    def __init__(self) -> None:
        super().__init__("Log in first.")


class FreshLoginRequired(Refused):
    """The session is too old for a sensitive change that came without the current password."""

    def __init__(self) -> None:
        super().__init__("Send your current_password, or log in again and retry.")


class TooManyAttempts(Refused):
    """Guessed too often. `retry_after` is in whole seconds."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__("Too many attempts; wait before the next one.")
        self.retry_after = retry_after


class Unavailable(FrontdeskError):
    """The service cannot do this now. `retry_after` is in whole seconds."""

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(Unavailable):
    """Too much work is waiting already."""

    def __init__(self, *, retry_after: int = 2) -> None:
        super().__init__("The service is busy; try again shortly.", retry_after=retry_after)


class StorageFull(Unavailable):
    """The disk is full. Reads and existing sessions go on; writes resume when space returns."""

    def __init__(self) -> None:
        super().__init__("There is no space left to store this; try again later.", retry_after=30)


class StorageUnavailable(Unavailable):
    """The database cannot be reached, is locked by somebody else, or may not be written."""

    def __init__(self) -> None:
        super().__init__("The database is not available; try again shortly.", retry_after=2)
