"""What an operator sees of business days beside what every process counts."""

from collections.abc import Mapping

from prometheus_client import Gauge

BEHIND = Gauge(
    "captive_business_days_behind",
    "Business dates that are over and whose day is not closed; every instance shows all of them",
)
UNCONFIRMED = Gauge(
    "captive_business_days_unconfirmed",
    "Days that went on although payments did not confirm them; every instance shows all of them",
)


def show_days(counted: Mapping[str, int]) -> None:
    """Set the gauges, a zero too."""
    BEHIND.set(counted["behind"])
    UNCONFIRMED.set(counted["unconfirmed"])
