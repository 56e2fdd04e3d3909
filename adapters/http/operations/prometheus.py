"""The figures as Prometheus reads them."""

from collections.abc import Iterable, Iterator
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from adapters.http.operations.access import answers_operators, operators
from application.operations.metrics import LATENCY_BOUNDS_MS, Figures, Metrics
from domain.operator import Scope

_TEXT = "text/plain; version=0.0.4"


@get(
    "/metrics",
    operation_id="scrapeMetrics",
    summary="For Prometheus",
    media_type=_TEXT,
    tags=["Operations: metrics"],
    responses=answers_operators(),
    **operators(Scope.METRICS_VIEW),
)
async def scrape(metrics: NamedDependency[SkipValidation[Metrics]]) -> Response[bytes]:
    """Counted since the beginning, all processes together, so that any of them may be asked."""
    # Here, for only who asks needs it, and it takes long to import.
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(await metrics.totals()))
    return Response(generate_latest(registry), media_type=_TEXT)


class _Collector:
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def describe(self) -> Iterable[Any]:
        return ()

    def collect(self) -> Iterator[Any]:
        from prometheus_client.metrics_core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        for name, number in sorted(self._figures.counts.items()):
            yield CounterMetricFamily(f"frontdesk_{name}", f"{name}, counted", value=number)
        for name, level in sorted(self._figures.gauges.items()):
            yield GaugeMetricFamily(f"frontdesk_{name}", f"{name}, highest of a minute", level)
        bounds = [*(str(bound / 1000) for bound in LATENCY_BOUNDS_MS), "+Inf"]
        passed, buckets = 0, []
        for bound, number in zip(bounds, self._figures.latency, strict=True):
            passed += number
            buckets.append((bound, passed))
        yield HistogramMetricFamily(
            "frontdesk_request_seconds", "How long requests took", buckets, sum_value=None
        )
