"""What an operator sees of messages beside what every process counts."""

from collections.abc import Mapping

from prometheus_client import Gauge

UNSETTLED = Gauge(
    "captive_messages_unsettled",
    "Messages whose outcome no vendor has reported within an hour; every instance shows all of them",
    ["channel"],
)


def show_unsettled(counted: Mapping[str, int]) -> None:
    """Set the gauge, a zero too."""
    for channel, count in counted.items():
        UNSETTLED.labels(channel).set(count)
