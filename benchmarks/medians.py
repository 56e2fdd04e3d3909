"""What is told of rounds."""

import math
import operator
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from benchmarks.figures import Figures
from benchmarks.measures import Storm

Each = TypeVar("Each")


def median(found: Iterable[Each], value: Callable[[Each], float]) -> float:
    """Of these values; not a number if there are none."""
    values = [value(each) for each in found]
    return statistics.median(values) if values else math.nan


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """The median of the rounds' ratios, for rounds differ more than what is compared; if some are
    missing, the ratio of the medians.
    """
    if len(these) == len(those):
        return median(map(operator.truediv, these, those), float)
    return median(these, float) / median(those, float)


def spread(values: Sequence[float], form: str) -> str:
    """The median, and the lowest and the highest."""
    if not values:
        return "?"
    low, middle, high = (form.format(f(values)) for f in (min, statistics.median, max))
    return f"{middle} ({low} to {high})"


def share(storms: Iterable[Storm], part: float) -> float:
    """What so many of all reads of all rounds took at most."""
    took = sorted(each for storm in storms for each in storm.took)
    return took[int(len(took) * part)] if took else math.nan


def p99(storms: Iterable[Storm]) -> float:
    """Of all reads of all rounds."""
    return share(storms, 0.99)


def hashes_alone(figures: Mapping[str, Figures]) -> dict[str, list[float]]:
    """Of each folder's scheme and cost, for each round: whoever is served in two ways hashes in
    one, and was measured twice.
    """
    measured: dict[str, list[list[float]]] = defaultdict(list)
    for each in figures.values():
        measured[each.folder].append(each.raw_hashes)
    return {
        folder: [statistics.mean(each) for each in zip(*filter(None, rounds), strict=False)]
        for folder, rounds in measured.items()
    }
