"""What a measurement says: each figure with its range over the rounds and, where there is one, its target."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Target:
    """What was promised of a figure; `decides` says whether missing it fails the run."""

    at_least: float | None = None
    at_most: float | None = None
    decides: bool = True

    def is_met(self, value: float) -> bool:
        """Whether the promise holds."""
        low, high = self.at_least, self.at_most
        return (low is None or value >= low) and (high is None or value <= high)

    def words(self) -> str:
        """The promise as it is printed."""
        bounds = [f"≥ {self.at_least:g}" if self.at_least is not None else ""]
        bounds.append(f"≤ {self.at_most:g}" if self.at_most is not None else "")
        return " ".join(filter(None, bounds))


@dataclass(frozen=True)
class Figure:
    """One value that stands for several rounds."""

    name: str
    value: float
    lowest: float
    highest: float
    unit: str
    target: Target | None = None

    @classmethod
    def of(cls, name: str, *, values: Sequence[float], unit: str, target: Target | None = None) -> "Figure":
        """The median of some rounds, with the range."""
        return cls(name, median(values), min(values), max(values), unit, target)

    @property
    def is_missed(self) -> bool:
        return self.target is not None and not self.target.is_met(self.value)

    def line(self) -> str:
        """As it is printed."""
        value = f"{self.value:,.2f}" if self.unit else f"{self.value:,.0f}"
        text = f"{self.name:44} {value:>10} {self.unit:2}"
        text += f"  ({self.lowest:,.2f} to {self.highest:,.2f})" if self.lowest != self.highest else ""
        if self.target is None:
            return text
        verdict = "missed" if self.is_missed else "met"
        role = "target" if self.target.decides else "reported, does not decide"
        return f"{text}  {self.target.words()} {verdict} ({role})"

    def as_data(self) -> dict[str, Any]:
        """As it is given with --json."""
        data: dict[str, Any] = {"value": self.value, "lowest": self.lowest, "highest": self.highest, "unit": self.unit}
        if self.target is not None:
            target = self.target
            data["target"] = {"at_least": target.at_least, "at_most": target.at_most, "decides": target.decides}
            data["met"] = not self.is_missed
        return data


def is_failed(figures: Sequence[Figure]) -> bool:
    """Whether a target that decides was missed."""
    return any(figure.is_missed and figure.target is not None and figure.target.decides for figure in figures)
