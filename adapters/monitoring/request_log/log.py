"""The records that are kept, on every engine."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, and_, delete, select, update

from adapters.monitoring.request_log.tables import requests
from adapters.monitoring.store import Store

_BATCH = 500
_Result = TypeVar("_Result")
_BLANK: dict[Any, Any] = {
    "path": requests.c.route,
    "query": "",
    "user_id": None,
    "address": "",
    "user_agent": "",
    "request_id": "",
    "request_headers": "{}",
    "response_headers": "{}",
    "request_body": None,
    "error": None,
    "trace_id": "",
}


class SqlRequestLog:
    """Fits `RequestLog`. `lost` says how many this process could not keep."""

    def __init__(self, store: Store, lost: Callable[[], int]) -> None:
        self._store = store
        self._lost = lost

    @property
    def lost(self) -> int:
        return self._lost()

    async def forget(self, ids: Sequence[int]) -> int:
        return await self._changed(delete(requests).where(requests.c.id.in_(ids)))

    async def users_on_record(self, *, after: int, at_most: int) -> list[int]:
        user_id = requests.c.user_id
        found = select(user_id).where(user_id > after).distinct().order_by(user_id).limit(at_most)

        def ask(connection: Connection) -> list[int]:
            return [int(id_) for (id_,) in connection.execute(found)]

        return await self._if_kept(ask, otherwise=[])

    async def blank(self, user_ids: Sequence[int]) -> int:
        blanked = 0
        while changed := await self._if_kept(partial(_blank, user_ids=user_ids), otherwise=0):
            blanked += changed
        return blanked

    async def _changed(self, statement: Executable) -> int:
        return await self._if_kept(
            lambda connection: connection.execute(statement).rowcount, otherwise=0
        )

    async def _if_kept(
        self, job: Callable[[Connection], _Result], *, otherwise: _Result
    ) -> _Result:
        return await self._store.run(job) if await self._store.exists() else otherwise


def _blank(connection: Connection, user_ids: Sequence[int]) -> int:
    """Some of them. Looked for before they are changed: together, PostgreSQL may read them all; and
    by time as well, so that it looks only where they are.
    """
    some = select(requests.c.id, requests.c.time).where(requests.c.user_id.in_(user_ids))
    found = connection.execute(some.limit(_BATCH)).fetchall()
    if not found:
        return 0
    ids, times = zip(*found, strict=True)
    these = and_(requests.c.id.in_(ids), requests.c.time.between(min(times), max(times)))
    return connection.execute(update(requests).where(these).values(_BLANK)).rowcount
