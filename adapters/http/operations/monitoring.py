"""How the service is doing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter, SkipValidation
from msgspec import Meta, Struct

from adapters.http.operations.access import answers_operators, operators
from adapters.http.problem_kinds import INVALID
from application.operations.metrics import COUNTERS, GAUGES, Metrics, Span
from application.operations.nodes import Node, State, Worker, nodes_of
from domain.operator import Scope

Instant = Annotated[datetime | None, QueryParameter(description="RFC 3339, with a time zone.")]

_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_PERCENTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99}


def _listed(meanings: Mapping[str, str]) -> str:
    return "\n".join(f"* `{name}`: {meaning}." for name, meaning in meanings.items())


class SpanView(Struct, frozen=True):
    """What happened in a minute or an hour: how often, the highest levels, and how long requests
    took, to within a step of √2; `null` if there were none.
    """

    began: Annotated[datetime, Meta(description="Begin of the span; RFC 3339, in UTC.")]
    seconds: Annotated[int, Meta(description="Length of the span.")]
    counts: Annotated[
        dict[str, int],
        Meta(
            description="How often each thing happened in the span; what did not is left out.\n\n"
            + _listed(COUNTERS),
            examples=[{"requests": 240, "successful": 231, "refused": 9, "log_ins": 12}],
        ),
    ]
    gauges: Annotated[
        dict[str, float],
        Meta(
            description="The highest level of each in the span; workers are added up, where each"
            " has a level of its own.\n\n" + _listed(GAUGES),
            examples=[{"active_sessions": 180, "hash_queue_waiting": 2}],
        ),
    ]
    latency_ms: Annotated[
        dict[str, float | None],
        Meta(
            description="`p50`, `p90` and `p99` of the durations of requests in milliseconds, to"
            " within a step of √2; null if there were none.",
            examples=[{"p50": 0.7, "p90": 1.4, "p99": 256.0}],
        ),
    ]

    @classmethod
    def of(cls, span: Span) -> "SpanView":
        """As the API shows it."""
        figures = span.figures
        return cls(
            span.began,
            int(span.length.total_seconds()),
            dict(figures.counts),
            dict(figures.gauges),
            {name: figures.percentile(share) for name, share in _PERCENTILES.items()},
        )


class WorkerView(Struct, frozen=True):
    """A process. `seen` is when it last reported, which it does every five seconds; `leases` is
    what it does for all.
    """

    worker: Annotated[str, Meta(description="Name of the process: node, process id and a suffix.")]
    state: State
    version: Annotated[str, Meta(description="Version of Frontdesk.")]
    started: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    seen: Annotated[datetime, Meta(description="When it was last heard of; RFC 3339, in UTC.")]
    leases: Annotated[list[str], Meta(description="Work that it does for all processes.")]

    @classmethod
    def of(cls, worker: Worker) -> "WorkerView":
        """As the API shows it."""
        return cls(
            worker.name.worker,
            worker.state,
            worker.version,
            worker.started,
            worker.seen,
            list(worker.leases),
        )


class NodeView(Struct, frozen=True):
    """The workers of one name, newest first. `up` is a node with a worker that is; `missing` one
    whose last worker was killed, hangs or cannot reach the database; `stopped` one that was ended.
    """

    node: Annotated[str, Meta(description="Name of the node.")]
    state: State
    workers: Annotated[list[WorkerView], Meta(description="Its processes.")]

    @classmethod
    def of(cls, node: Node) -> "NodeView":
        """As the API shows it."""
        return cls(node.name, node.state, [WorkerView.of(each) for each in node.workers])


NodeName = Annotated[
    str | None,
    QueryParameter(
        name="node", pattern="^[A-Za-z0-9._-]{1,64}$", description="Of this node alone."
    ),
]


class NodesController(Controller):
    """Which nodes and workers serve."""

    path = "/api/ops/nodes"
    tags = ("Operations: metrics",)

    @get(
        operation_id="listNodes",
        summary="List nodes",
        responses=answers_operators(),
        **operators(Scope.METRICS_VIEW),
    )
    async def list_nodes(self, metrics: NamedDependency[SkipValidation[Metrics]]) -> list[NodeView]:
        """Nodes and workers of the last 24 hours. A silent worker is `missing` after 15 seconds."""
        return [NodeView.of(each) for each in nodes_of(await metrics.workers())]


class MonitoringController(Controller):
    """Figures of the workers of all nodes together, or of one. They survive restarts."""

    path = "/api/ops/metrics"
    tags = ("Operations: metrics",)

    @get(
        operation_id="getMetrics",
        summary="Get metrics now",
        responses=answers_operators(),
        **operators(Scope.METRICS_VIEW),
    )
    async def now(
        self, metrics: NamedDependency[SkipValidation[Metrics]], node: NodeName = None
    ) -> SpanView:
        """Metrics of the current minute, at most five seconds old."""
        return SpanView.of(await metrics.now(node))

    @get(
        "/history",
        operation_id="getMetricsHistory",
        summary="Get metrics over time",
        responses=answers_operators(also=(INVALID,)),
        **operators(Scope.METRICS_VIEW),
    )
    async def history(
        self,
        metrics: NamedDependency[SkipValidation[Metrics]],
        step: Annotated[
            Literal["minute", "hour"],
            QueryParameter(description="Minutes are kept for 24 hours, hours for 30 days."),
        ] = "minute",
        since: Instant = None,
        until: Instant = None,
        node: NodeName = None,
    ) -> list[SpanView]:
        """Oldest first; the last hour by default. Steps in which no process ran are left out."""
        end = _aware(until) or datetime.now(UTC) + timedelta(minutes=1)
        begin = _aware(since) or max(end, _EARLIEST) - timedelta(hours=1)
        spans = await metrics.history(hourly=step == "hour", since=begin, until=end, node=node)
        return [SpanView.of(span) for span in spans]


def _aware(instant: datetime | None) -> datetime | None:
    return instant if instant is None or instant.tzinfo else instant.replace(tzinfo=UTC)
