"""The value that a given share of all values do not exceed, by nearest rank: always one that was measured."""

import math
from collections.abc import Iterable


def percentile(values: Iterable[float], share: float) -> float:
    """`share` from 0 to 1; 0 where there are no values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)] if ordered else 0.0
