"""What stands in paths."""

from typing import Annotated

from litestar.params import PathParameter

UserId = Annotated[int, PathParameter(description="Id of the user.")]
SessionId = Annotated[int, PathParameter(description="Id of the session; not its token.")]
TokenId = Annotated[int, PathParameter(description="Id of the access token.")]
InvitationId = Annotated[int, PathParameter(description="Id of the invitation.")]
TableName = Annotated[str, PathParameter(description="Name of the table.")]
RowKey = Annotated[str, PathParameter(description="Primary key of the row.")]
ColumnName = Annotated[str, PathParameter(description="Name of the column.")]
RequestId = Annotated[int, PathParameter(description="Id of the logged request.")]
