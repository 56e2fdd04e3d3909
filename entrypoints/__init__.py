"""Who may call, and how everything is put together."""

import sys
from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_modules: dict[str, Any] = sys.modules
# Litestar, when it is first imported, looks in here for a class that nobody uses, and with it come
# the ORM and asynchronous drivers (docs/performance.md). It is told that there is none.
# The command `litestar` has imported itself before.
if not {"litestar", "advanced_alchemy"} & _modules.keys():
    _modules["advanced_alchemy.service"] = None
    try:
        import_module("litestar.pagination")
    finally:
        del _modules["advanced_alchemy.service"]
