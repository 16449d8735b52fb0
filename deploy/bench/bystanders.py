"""Who else uses the machine while something is measured: the broker, the databases, and everybody who is not ours."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from deploy.bench.processor import PROCESSORS, family_seconds_used, machine_seconds_used, seconds_used
from deploy.broker import Broker
from deploy.postgres.cluster import Cluster


@dataclass(frozen=True)
class Bystanders:
    """What every measurement stands on, as processes of this machine; 0 stands for none."""

    broker: int = 0
    databases: int = 0

    @property
    def processes(self) -> tuple[int, ...]:
        """Those that there are."""
        return tuple(filter(None, (self.broker, self.databases)))

    def used(self) -> dict[str, float]:
        """Processor time so far, in seconds."""
        return {"broker": family_seconds_used(self.broker), "databases": family_seconds_used(self.databases)}


@dataclass
class Watch:
    """How much of the machine goes to anything but the measurement, from now on."""

    processes: Iterable[int]
    bystanders: Bystanders
    _began: float = field(default_factory=time.monotonic)
    _machine: float = field(default_factory=machine_seconds_used)
    _ours: float = 0.0

    def __post_init__(self) -> None:
        self._ours = self._used_by_us()

    def elsewhere_percent(self, *, more_seconds: float = 0.0) -> float:
        """Of all processors together; `more_seconds` is what processes used that came and went meanwhile."""
        ours = self._used_by_us() - self._ours + more_seconds
        machine = machine_seconds_used() - self._machine
        return max(0.0, (machine - ours) / (time.monotonic() - self._began) / PROCESSORS) * 100

    def _used_by_us(self) -> float:
        return sum(map(seconds_used, self.processes)) + sum(self.bystanders.used().values()) + time.process_time()


def process_of_broker(broker: Broker) -> int:
    """The broker's own process number."""
    return int(broker.run("eval", "os:getpid().").strip().strip('"'))


def process_of_databases(cluster: Cluster | None) -> int:
    """The first process of a running cluster; 0 of none."""
    if cluster is None:
        return 0
    return int((cluster.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
