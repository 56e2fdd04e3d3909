"""The figures as Prometheus reads them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from adapters.http.operations.access import answers_operators, operators
from application.operations.metrics import (
    COUNTERS,
    GAUGES,
    LATENCY_BOUNDS_MS,
    NODE_UP,
    REQUEST_SECONDS,
    Figures,
    Metrics,
)
from application.operations.nodes import Node, State, nodes_of
from domain.operator import Scope

_TEXT = "text/plain; version=0.0.4"
_LABELS = ("node",)


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
    """Counted since the beginning, of every node by its name. Any node may be asked, and only one
    should be: each tells of all.
    """
    # Here, for only who asks needs it, and it takes long to import.
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(await metrics.totals(), nodes_of(await metrics.workers())))
    return Response(generate_latest(registry), media_type=_TEXT)


class _Collector:
    def __init__(self, totals: Mapping[str, Figures], nodes: Sequence[Node]) -> None:
        self._totals, self._nodes = sorted(totals.items()), nodes

    def describe(self) -> Iterable[Any]:
        return ()

    def collect(self) -> Iterator[Any]:
        from prometheus_client.metrics_core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        # Also what has not happened yet: a rate needs the zero before the first one.
        for name, meaning in sorted(COUNTERS.items()):
            counter = CounterMetricFamily(f"frontdesk_{name}", _sentence(meaning), labels=_LABELS)
            for node, each in self._totals:
                counter.add_metric([node], each.counts.get(name, 0))
            yield counter
        for name in sorted({name for _, each in self._totals for name in each.gauges}):
            meaning = f"{_sentence(GAUGES.get(name, name))} (the highest of a minute)"
            gauge = GaugeMetricFamily(f"frontdesk_{name}", meaning, labels=_LABELS)
            for node, each in self._totals:
                if name in each.gauges:
                    gauge.add_metric([node], each.gauges[name])
            yield gauge
        up = GaugeMetricFamily("frontdesk_node_up", _sentence(NODE_UP), labels=_LABELS)
        for found in self._nodes:
            up.add_metric([found.name], float(found.state is State.UP))
        yield up
        histogram = HistogramMetricFamily(
            "frontdesk_request_seconds", _sentence(REQUEST_SECONDS), labels=_LABELS
        )
        for node, each in self._totals:
            histogram.add_metric([node], _buckets(each), sum_value=None)
        yield histogram


def _sentence(meaning: str) -> str:
    return meaning[0].upper() + meaning[1:]


def _buckets(figures: Figures) -> list[tuple[str, float]]:
    """How many took no longer than each bound."""
    bounds = [*(str(bound / 1000) for bound in LATENCY_BOUNDS_MS), "+Inf"]
    return list(zip(bounds, accumulate(figures.latency), strict=True))
