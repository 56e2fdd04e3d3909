"""Whom guards take everybody for, in tests of applications (`frontdesk_client.testing`)."""

from frontdesk_client.models import SignedIn


class Pretence:
    """Is there only inside `signed_in_as`."""

    def __init__(self, signed_in: SignedIn | None) -> None:
        self.signed_in = signed_in


_current: list[Pretence] = []


def pretence() -> Pretence | None:
    """The one that counts, if any."""
    return _current[-1] if _current else None


def begin(pretence: Pretence) -> None:
    """Let it count."""
    _current.append(pretence)


def end(pretence: Pretence) -> None:
    """No longer."""
    _current.remove(pretence)
