"""What can go wrong."""


class FrontdeskError(Exception):
    """Frontdesk refused. Decide by `code`, which is stable, as "username_taken" or
    "too_many_attempts"; `status` is that of HTTP. `retry_after` is in seconds, if it was said.
    """

    def __init__(
        self, code: str, detail: str, *, status: int, retry_after: int | None = None
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.status = code, detail, status
        self.retry_after = retry_after


class Unavailable(FrontdeskError):
    """Frontdesk could not be reached, took too long, or answered what nobody understands. Nobody
    knows who is signed in: let nobody in.
    """

    def __init__(self, detail: str = "Frontdesk does not answer.") -> None:
        super().__init__("frontdesk_unavailable", detail, status=503, retry_after=1)
