"""Keeping nodes away from a database that was moved while they could not reach it."""

from adapters.sql.postgresql import Connection
from adapters.sql.schema import SchemaMoved
from domain.errors import StorageUnavailable

_MOVED_TO = "SELECT moved_to FROM compatibility"


async def refuse_if_moved(connection: Connection) -> None:
    """A move finds nodes by their connections, so one that makes a new one asks. Raises
    `StorageUnavailable`.
    """
    if moved_to := await connection.fetchval(_MOVED_TO):
        raise StorageUnavailable from SchemaMoved("that this node uses", moved_to)
