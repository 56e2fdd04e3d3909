"""Saying in the log that something cannot be kept."""

import logging

from domain.errors import Unavailable

_log = logging.getLogger("frontdesk")


def complain(text: str, error: Exception) -> None:
    """With its cause in a few words, if it is to be expected; else with its stack."""
    if not isinstance(error, Unavailable):
        _log.warning(text, exc_info=error)
        return
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    said = str(cause).partition("\n")[0] or type(cause).__name__
    _log.warning(text, extra={"cause": said})
