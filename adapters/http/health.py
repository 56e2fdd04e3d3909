"""For load balancers and supervisors."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import Meta, Struct

from adapters.http.options import PUBLIC
from adapters.http.problems import answers
from application.upkeep.check_readiness import CheckReadiness
from domain.errors import StorageFull, StorageUnavailable


class Health(Struct, frozen=True):
    """All is well."""

    status: Annotated[str, Meta(description="Always `ok`.")] = "ok"


class HealthController(Controller):
    """Whether to keep this process, and whether to send it requests."""

    tags = ("Health",)
    opt = PUBLIC
    security = ({},)

    @get(
        "/healthz",
        operation_id="healthz",
        summary="Liveness",
        responses=answers(),
    )
    async def healthz(self) -> Health:
        """200 as long as the process answers."""
        return Health()

    @get(
        "/readyz",
        operation_id="readyz",
        summary="Readiness",
        responses=answers(StorageFull, StorageUnavailable),
    )
    async def readyz(self, check_readiness: NamedDependency[CheckReadiness]) -> Health:
        """200 while accounts can be written, else 503. The database is tried once a second."""
        await check_readiness()
        return Health()
