"""Settings: declared in `accounts.py` and `service.py`, read once, at the start."""

from entrypoints.settings.contradictions import contradictions
from entrypoints.settings.declaring import PREFIX
from entrypoints.settings.reading import NAMES, InvalidSettings, read_settings, unknown_names
from entrypoints.settings.service import Settings

__all__ = [
    "NAMES",
    "PREFIX",
    "InvalidSettings",
    "Settings",
    "contradictions",
    "read_settings",
    "unknown_names",
]
