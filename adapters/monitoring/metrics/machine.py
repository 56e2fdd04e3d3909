"""The process and the machine it runs on."""

from collections.abc import Callable, Mapping
from pathlib import Path


def machine_gauges(data_dir: Path) -> Callable[[], Mapping[str, float]]:
    """A function that tells the levels; shares of the processor are since it was asked last."""
    import psutil  # here, for a start does not need it

    process = psutil.Process()
    process.cpu_percent()
    psutil.cpu_percent()

    def gauges() -> Mapping[str, float]:
        with process.oneshot():
            memory = psutil.virtual_memory()
            return {
                "process_cpu_percent": process.cpu_percent(),
                "process_memory_bytes": process.memory_info().rss,
                "process_threads": process.num_threads(),
                "process_open_files": process.num_fds(),
                "host_cpu_percent": psutil.cpu_percent(),
                "host_memory_percent": memory.percent,
                "disk_used_percent": psutil.disk_usage(str(data_dir)).percent,
            }

    return gauges
