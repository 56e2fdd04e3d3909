"""What is observed, kept on each engine as the service does it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from entrypoints.monitoring_storage import MonitoringStorage, open_monitoring
from tests.conftest import settings_in
from tests.engines import cleaning_up, using


@asynccontextmanager
async def kept_on(engine: str, folder: Path, **settings: Any) -> AsyncIterator[MonitoringStorage]:
    """Empty, in a folder or a database of its own."""
    with using(engine), cleaning_up():
        made = settings_in(folder, **settings)
        made.data_dir.mkdir(parents=True, exist_ok=True)
        kept = open_monitoring(made)
        try:
            yield kept
        finally:
            kept.questions.close()
            await kept.close()
