"""For load balancers and supervisors."""

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import Struct

from adapters.http.options import PUBLIC
from adapters.http.problems import answers
from application.upkeep.check_readiness import CheckReadiness
from domain.errors import StorageFull, StorageUnavailable


class Health(Struct, frozen=True):
    """All is well."""

    status: str = "ok"


class HealthController(Controller):
    """Whether to keep this process, and whether to send it requests."""

    tags = ("Health",)
    opt = PUBLIC
    security = ({},)

    @get(
        "/healthz",
        operation_id="healthz",
        summary="Is the process alive?",
        responses=answers(),
    )
    async def healthz(self) -> Health:
        """Answers as long as the process can answer at all."""
        return Health()

    @get(
        "/readyz",
        operation_id="readyz",
        summary="Can it serve?",
        responses=answers(StorageFull, StorageUnavailable),
    )
    async def readyz(self, check_readiness: NamedDependency[CheckReadiness]) -> Health:
        """Answers 200 when accounts can be written, which is tried at most once a second."""
        await check_readiness()
        return Health()
