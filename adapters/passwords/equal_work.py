"""Every mismatch does the same work, whatever hash was looked at, if any."""

from contextlib import suppress

from adapters.passwords.stored_hashes import StoredHash


class EqualWork:
    """What the most costly stored hash of each scheme takes, as far as they are known. A mismatch
    does all of it: its own hash, the rest up to the most costly one of that scheme, and one of each
    other scheme. Otherwise the time would tell which names exist, and who has not logged in since
    accounts were taken over.
    """

    def __init__(self, own: StoredHash) -> None:
        self._most = {own.scheme: own}

    def learn(self, stored: StoredHash) -> None:
        """There is such a hash."""
        most = self._most.get(stored.scheme)
        if most is None or most.work < stored.work:
            self._most[stored.scheme] = stored

    def finish(self, computed: StoredHash | None) -> None:
        """Do what is missing after this hash did not match."""
        for most in list(self._most.values()):
            done = computed.work if computed and computed.scheme == most.scheme else 0
            # A mismatch stays one, whatever a library says to the parameters of somebody's hash.
            with suppress(ValueError):
                most.spend(most.work - done)
