"""When people are awake: how much happens at which hour of which day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = 30 * DAY

_OUTAGE_BEGAN, _OUTAGE_LASTED = timedelta(minutes=40), timedelta(minutes=2)
_TROUBLE = timedelta(minutes=2)
_RECOVERY, _LATER = timedelta(minutes=2), timedelta(minutes=8)
_LATE_MORNING = 11 * HOUR
_BY_HOUR = (
    *(0.18, 0.13, 0.10, 0.09, 0.10, 0.16, 0.30, 0.52, 0.78, 0.95, 1.00, 1.00),
    *(0.90, 0.86, 0.92, 0.95, 0.92, 0.83, 0.72, 0.66, 0.58, 0.46, 0.34, 0.25),
)
_SATURDAY, _WEEKEND = 5, 0.7
_AT_FIRST = 0.55


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The days of a service whose users live where it is now late in the morning, so that much is
    going on whenever it is looked at.
    """

    now: datetime

    @property
    def began(self) -> datetime:
        """When the service was set up: 30 days ago."""
        return self.now - MONTH

    @property
    def minute(self) -> datetime:
        """The beginning of the present minute."""
        return self.now.replace(second=0, microsecond=0)

    @property
    def outage(self) -> tuple[datetime, datetime]:
        """From when to when nothing was served: two whole minutes, 40 minutes ago."""
        began = self.minute - _OUTAGE_BEGAN
        return began, began + _OUTAGE_LASTED

    @property
    def trouble(self) -> tuple[datetime, datetime]:
        """When the database could not be reached: the two minutes before the outage."""
        began, _ = self.outage
        return began - _TROUBLE, began

    def weight(self, at: datetime) -> float:
        """How much happens then, where 1 is most: little at night, and less at weekends."""
        local = at + (_LATE_MORNING - (self.now - self.now.replace(hour=0, minute=0, second=0)))
        hour, part = local.hour, local.minute / 60
        level = _BY_HOUR[hour] * (1 - part) + _BY_HOUR[(hour + 1) % len(_BY_HOUR)] * part
        return level * (_WEEKEND if local.weekday() >= _SATURDAY else 1)

    def growth(self, at: datetime) -> float:
        """How large the service was then, where 1 is its size of now."""
        return _AT_FIRST + (1 - _AT_FIRST) * ((at - self.began) / MONTH)

    def moments(
        self, random: Random, begin: datetime, end: datetime, number: int
    ) -> list[datetime]:
        """So many instants between these two, in order, more of them where more happens; none when
        nothing could be written.
        """
        found: list[datetime] = []
        while len(found) < number:
            at = begin + (end - begin) * random.random()
            if random.random() < self.weight(at):
                found.append(self.calm(at))
        return sorted(found)

    def calm(self, at: datetime) -> datetime:
        """This instant, or one some minutes after if little could be done then."""
        is_disturbed = self.trouble[0] <= at < self.outage[1] + _RECOVERY
        return at + _LATER if is_disturbed else at
