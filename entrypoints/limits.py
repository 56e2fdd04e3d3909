"""From settings to how often somebody may guess, change or sign up."""

from datetime import timedelta

from domain.throttle import Limit, ThrottlePolicy
from entrypoints.settings import Settings
from entrypoints.settings.values import Rate

_HOUR, _YEAR = timedelta(hours=1), timedelta(days=365)


def throttle_policy(settings: Settings) -> ThrottlePolicy:
    """The limits that are set. In the profile hardened, an account that strangers have guessed at
    too often is open to known devices alone, until its password is reset or an operator lets the
    others try again.
    """

    def limit(rate: Rate) -> Limit:
        return Limit(
            rate.attempts,
            _seconds(rate),
            timedelta(seconds=settings.first_wait_seconds),
            timedelta(seconds=settings.longest_wait_seconds),
        )

    failures = settings.limit_failures
    then = _YEAR if settings.hardened else _seconds(failures)
    return ThrottlePolicy(
        account_network=limit(settings.limit_account_network),
        network=limit(settings.limit_network),
        network_day=_quota(settings.limit_network_day, _HOUR),
        account=limit(settings.limit_account),
        failures=Limit(failures.attempts, _YEAR, then, then),
        device=limit(settings.limit_device),
        sign_ups=limit(settings.limit_sign_ups),
        confirmations=limit(settings.limit_confirmations),
        renames=_quota(settings.limit_renames, _seconds(settings.limit_renames)),
        logins=_quota(settings.limit_logins, _seconds(settings.limit_logins)),
    )


def _quota(rate: Rate, wait: timedelta) -> Limit:
    """So many in so much time, and then one after each such wait."""
    return Limit(rate.attempts, _seconds(rate), wait, wait, fixed=True)


def _seconds(rate: Rate) -> timedelta:
    return timedelta(seconds=rate.seconds)
