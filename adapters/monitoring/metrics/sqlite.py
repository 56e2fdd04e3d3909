"""The SQLite file of metrics, which may be lost without harm."""

from pathlib import Path

from adapters.monitoring.metrics.tables import metadata
from adapters.sql.disposable_file import DisposableFile
from adapters.sql.sqlite import statements_for

_LAYOUT = 2  # to be raised with the layout, and with the classes of durations


def metrics_file(path: Path) -> DisposableFile:
    """For one thread."""
    return DisposableFile(
        path,
        layout=_LAYOUT,
        statements=tuple(statements_for(metadata)),
        settings={"synchronous": "OFF"},
    )
