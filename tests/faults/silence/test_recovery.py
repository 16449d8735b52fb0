"""Whatever a whole stack stands on or consists of is stopped, killed and started again: it serves within ten seconds,
and nobody has to do anything.

Brokers and databases are not ours to start, in a company their own supervisors do that: from when they answer again the
time counts. A killed service is started by the stack itself: from its death the time counts.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import requests

from deploy.catalogue import SERVICES
from deploy.demo.client import Client, StepFailed
from deploy.postgres.cluster import Cluster
from tests.faults.silence.node import Node
from tests.faults.silence.stage import figures
from tests.fixtures.figures import Report
from tests.fixtures.processes import eventually, is_ready
from tests.fixtures.stacks import RunningStack, a_running_stack

pytestmark = [pytest.mark.bus, pytest.mark.slow]

ROUNDS = 5 if os.environ.get("CAPTIVE_TEST_FULL") else 1
RECOVERY_SECONDS_MAX = 10.0
PATIENCE_SECONDS = 40.0


@dataclass
class Served:
    """A stack and a customer of it, who asks every service something."""

    stack: RunningStack
    node: Node
    seconds: list[float] = field(default_factory=list)

    def sign_in(self) -> None:
        logins = json.loads((self.stack.data / "logins.json").read_text())
        login = next(login for login in logins if "lease" in login["who"])
        self._customer = Client(url=self.stack.url)
        assert self._customer.sign_in(user_id=login["user_id"], password=login["password"])

    def is_serving(self) -> bool:
        """Every process says that it is ready, and what only services with their databases know is answered."""
        try:
            if not all(is_ready(port)() for port in self.stack.record()["ops_ports"].values()):
                return False
            accounts = self._customer.get("/v1/accounts")["data"]
            lease = next(account["id"] for account in accounts if account["product"] == "lease")
            for path in ("/v1/me", "/v1/payment-methods", f"/v1/leases/{lease}"):
                self._customer.get(path)
        except (StepFailed, requests.RequestException):
            return False
        return True

    def recovered_in(self, *, since: float) -> float:
        eventually(self.is_serving, seconds=PATIENCE_SECONDS, describe=self.stack.output)
        return time.monotonic() - since


@pytest.fixture(scope="module")
def served(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("recovery") / "data"
    with node.broker.vhost() as bus, a_running_stack(data=data, bus=bus) as stack:
        yield Served(stack, node)


def restart_broker(served: Served) -> float:
    served.node.restart()
    return time.monotonic()


def kill_broker(served: Served) -> float:
    served.node.kill()
    served.node.start()
    return time.monotonic()


def restart_database(served: Served) -> float:
    cluster = Cluster(data=served.stack.data)
    # The first finds the stack's own server running.
    cluster.start()
    cluster.stop(seconds_max=2)
    cluster.start()
    return time.monotonic()


def kill_service(name: str) -> Callable[[Served], float]:
    def kill(served: Served) -> float:
        process, killed_at = served.stack.record()["children"][name], time.monotonic()
        os.kill(process, signal.SIGKILL)
        eventually(lambda: served.stack.record()["children"].get(name) not in (None, process))
        return killed_at

    return kill


FAULTS: dict[str, Callable[[Served], float]] = {
    "broker restarted": restart_broker,
    "broker killed": kill_broker,
    "database restarted": restart_database,
    **{f"{name} killed": kill_service(name) for name in SERVICES},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_stack_serves_again_by_itself_after(fault: str, served: Served, report: Report) -> None:
    for _ in range(ROUNDS):
        served.sign_in()
        assert served.is_serving(), served.stack.output()[-3000:]
        began = time.monotonic()
        since = FAULTS[fault](served)
        seconds = served.recovered_in(since=since)
        report(figures(recovered_in=seconds, with_outage=time.monotonic() - began))
        served.seconds.append(seconds)
    assert percentile(served.seconds, 0.95) <= RECOVERY_SECONDS_MAX


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[max(0, -(-int(len(values) * share * 100) // 100) - 1)]
