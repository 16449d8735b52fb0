"""A RabbitMQ node of our own that a test may harm: alarms, timeouts, deleted queues, a stop, a kill, a start."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.broker import SERVER_PROGRAMS, Broker, private_broker, refusal_of
from tests.fixtures.processes import eventually

START_SECONDS_MAX = 60
CONSUMER_SECONDS_MAX = 1800
TICK_SECONDS = 60


class Node:
    """The node behind a broker that `private_broker` started."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.url = f"amqp://guest:guest@{broker.address}//"
        self._restarted: list[subprocess.Popen[bytes]] = []

    def set_alarm(self, resource: str, *, is_on: bool) -> None:
        """Let memory or disk run out, or not: the alarm is on, or off, when this returns."""
        order = {
            ("memory", True): "vm_memory_monitor:set_vm_memory_high_watermark({absolute, 1})",
            ("memory", False): "vm_memory_monitor:set_vm_memory_high_watermark(0.9)",
            ("disk", True): 'rabbit_disk_monitor:set_disk_free_limit("9000GB")',
            ("disk", False): "rabbit_disk_monitor:set_disk_free_limit(1000)",
        }[resource, is_on]
        seen = f"lists:any(fun({{{{_, What, _}}, _}}) -> What =:= {resource} end, rabbit_alarm:get_alarms())"
        wait = f"fun Wait(0) -> late; Wait(N) -> case {seen} of {str(is_on).lower()} -> done;"
        wait += " _ -> timer:sleep(50), Wait(N - 1) end end"
        assert self._evaluate(f"{order}, ({wait})(200)") == "done"

    def limit_consumers(self, *, seconds: float, tick_seconds: float) -> None:
        """How long a message may stay unacknowledged on channels opened from now on, and how often the broker looks."""
        given = (("consumer_timeout", seconds), ("channel_tick_interval", tick_seconds))
        self._evaluate(
            ", ".join(f"application:set_env(rabbit, {name}, {round(value * 1000)})" for name, value in given)
        )

    def delete_queues(self, prefix: str) -> int:
        """Also those that belong to one connection alone; gives how many there were."""
        gone = self._evaluate(
            "length([rabbit_amqqueue:delete(Q, false, false, <<>>) || Q <- rabbit_amqqueue:list(),"
            f' string:prefix(element(4, amqqueue:get_name(Q)), "{prefix}") =/= nomatch])'
        )
        return int(gone)

    def restart(self) -> None:
        """In order: everything that is kept is written, every connection is told."""
        self.broker.run("stop_app")
        self.broker.run("start_app")
        eventually(lambda: refusal_of(self.url) is None, seconds=START_SECONDS_MAX)

    def kill(self) -> None:
        os.kill(int(Path(self.broker.environment["RABBITMQ_PID_FILE"]).read_text()), signal.SIGKILL)
        eventually(lambda: refusal_of(self.url) is not None)

    def start(self) -> None:
        """Serve again with what was kept."""
        server = next(found for found in map(shutil.which, SERVER_PROGRAMS) if found)
        user = self.broker.user
        process = subprocess.Popen(
            [server],
            env={**os.environ, **self.broker.environment},
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user and user.uid is not None else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._restarted.append(process)
        eventually(lambda: refusal_of(self.url) is None, seconds=START_SECONDS_MAX)

    def close(self) -> None:
        for process in self._restarted:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def _evaluate(self, expression: str) -> str:
        return self.broker.run("eval", f"{expression}.").strip()


@contextmanager
def private_node() -> Iterator[Node]:
    with private_broker() as broker:
        node = Node(broker)
        try:
            yield node
        finally:
            node.close()
