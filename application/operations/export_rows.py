"""Take rows elsewhere."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from application.operations.queries import Condition, Row, Tables


@dataclass(frozen=True, slots=True)
class ExportRows:
    """Give all rows that fulfil the conditions, page by page, in the order of the list.

    Nothing is held between two pages. Before each further one `demand` is called, which raises when
    whoever asks may no longer see them. Raises what that raises, and at any page `InvalidQuery`,
    `QueryTooSlow`, `Busy`, `StorageUnavailable`: what was given until then is not everything.
    """

    batch: int = 500

    async def __call__(
        self,
        tables: Tables,
        table: str,
        *,
        conditions: Sequence[Condition],
        columns: Sequence[str],
        sort: str | None,
        demand: Callable[[], Awaitable[object]],
    ) -> AsyncGenerator[Sequence[Row], None]:
        after: str | None = None
        while True:
            page = await tables.page(
                table, conditions, columns=columns, sort=sort, after=after, limit=self.batch
            )
            yield page.rows
            if page.following is None:
                return
            after = page.following
            await demand()
