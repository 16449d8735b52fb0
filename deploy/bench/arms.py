"""The arms of `bench rpc`: each a gateway process and a service process on one broker, started once and kept."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from deploy.bench.bystanders import Bystanders, process_of_broker, process_of_databases
from deploy.bench.question import PATH, expected
from deploy.bench.sampling import VARIABLE
from deploy.broker import Broker
from deploy.catalogue import ROOT
from deploy.keys import ensure_keys
from deploy.ports import free_ports
from deploy.postgres.cluster import Cluster
from deploy.stack import StackProblem

START_SECONDS_MAX = 40.0
STOP_SECONDS_MAX = 10.0
# nameko's default of 10 workers would leave two thirds of the clients waiting.
STOCK_WORKERS_MAX = 100
RAW, STOCK, BARE, FULL = "raw", "stock", "chassis bare", "chassis"
NAMES = (STOCK, BARE, FULL, RAW)


@dataclass(frozen=True)
class Arm:
    """One way to answer, running."""

    name: str
    port: int
    gateway: int
    service: int
    profiles: tuple[Path, Path]

    @property
    def processes(self) -> tuple[int, int]:
        return self.gateway, self.service


@dataclass(frozen=True)
class Ground:
    """What the arms stand on."""

    url: str
    folder: Path
    database_urls: Mapping[str, str]


@contextmanager
def running_arms(*, names: Iterable[str], broker: Broker, sampled: bool) -> Iterator[tuple[list[Arm], Bystanders]]:
    """Every named arm, ready to answer. Raises StackProblem with the last words of one that does not come up."""
    chosen = list(names)
    with ExitStack() as stack:
        url = stack.enter_context(broker.vhost())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="captive-bench-")))
        cluster = stack.enter_context(temporary_cluster(folder)) if FULL in chosen else None
        ground = Ground(url=url, folder=folder, database_urls=_databases(cluster) if cluster else {})
        ensure_keys(folder=folder / "keys")
        running = [_start(name, ground=ground, sampled=sampled, stack=stack) for name in chosen]
        yield running, Bystanders(broker=process_of_broker(broker), databases=process_of_databases(cluster))


@contextmanager
def temporary_cluster(folder: Path) -> Iterator[Cluster]:
    """Durable as in a stack: nothing is written in a round anyway, and nothing is to be quicker than there."""
    cluster = Cluster(data=folder / "databases")
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.destroy()


def _databases(cluster: Cluster) -> dict[str, str]:
    from chassis.migrating import upgrade

    urls = cluster.ensure_service_databases(["asked", "gateway"])
    for url in urls.values():
        upgrade(url=url, trees={})
    return urls


def _start(name: str, *, ground: Ground, sampled: bool, stack: ExitStack) -> Arm:
    port, *ops_ports = free_ports(3)
    slug = name.replace(" ", "-")
    profiles = (ground.folder / f"{slug}.gateway.json", ground.folder / f"{slug}.service.json")
    commands = _COMMANDS[name](ground, port)
    processes = []
    # The service first: stock nameko's gateway asks for its queue.
    for part, profile, ops_port in ((1, profiles[1], ops_ports[1]), (0, profiles[0], ops_ports[0])):
        environment = _environment(ground, port=port, ops_port=ops_port) | ({VARIABLE: str(profile)} if sampled else {})
        log = ground.folder / f"{profile.stem}.log"
        processes.append(stack.enter_context(running(commands[part], environment=environment, log=log)))
    arm = Arm(name=name, port=port, gateway=processes[1].pid, service=processes[0].pid, profiles=profiles)
    _wait_until_answering(arm, processes=processes, folder=ground.folder)
    return arm


def _environment(ground: Ground, *, port: int, ops_port: int) -> dict[str, str]:
    unused = "postgresql://nobody@127.0.0.1:1/none"
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "BUS_URL": ground.url,
        "KEYS_DIR": str(ground.folder / "keys"),
        "HTTP_PORT": str(port),
        "OPS_PORT": str(ops_port),
        "BARE_DATABASE_URL": unused,
        "ASKED_DATABASE_URL": ground.database_urls.get("asked", unused),
        "GATEWAY_DATABASE_URL": ground.database_urls.get("gateway", unused),
    }


Commands = tuple[list[str], list[str]]

# The body of `nameko run`: the command itself also wants setuptools, which nothing else here does.
NAMEKO_RUN = (
    "import sys; from argparse import Namespace; from nameko.cli.commands import Run; "
    "Run.main(Namespace(config=sys.argv[1], services=sys.argv[2:], backdoor_port=None))"
)


def _raw(ground: Ground, port: int) -> Commands:
    module = [sys.executable, "-m", "deploy.bench.raw"]
    return [*module, "gateway", ground.url, str(port)], [*module, "service", ground.url, str(port)]


def _stock(ground: Ground, port: int) -> Commands:
    config = ground.folder / "stock.yaml"
    config.write_text(
        f"AMQP_URI: '{ground.url}'\nWEB_SERVER_ADDRESS: '127.0.0.1:{port}'\nmax_workers: {STOCK_WORKERS_MAX}\n"
        # A line for each request would be written to a file that nobody reads.
        "LOGGING: {version: 1, disable_existing_loggers: false, root: {level: WARNING}}\n"
    )
    nameko = [sys.executable, "-c", NAMEKO_RUN, str(config)]
    return [*nameko, "deploy.bench.stock:GatewayService"], [*nameko, "deploy.bench.stock:AskedService"]


def _house(gateway: str, service: str) -> Callable[[Ground, int], Commands]:
    def commands(ground: Ground, _: int) -> Commands:
        from chassis.assembly import declare, service_class

        paths = [f"deploy.bench.house:{name}" for name in (gateway, service)]
        declare(url=ground.url, classes=[service_class(path) for path in paths])
        host = [sys.executable, "-m", "chassis.host"]
        return [*host, paths[0]], [*host, paths[1]]

    return commands


_COMMANDS: Mapping[str, Callable[[Ground, int], Commands]] = {
    RAW: _raw,
    STOCK: _stock,
    BARE: _house("BareGatewayService", "BareService"),
    FULL: _house("GatewayService", "AskedService"),
}


@contextmanager
def running(command: list[str], *, environment: Mapping[str, str], log: Path) -> "Iterator[subprocess.Popen[bytes]]":
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_answering(arm: Arm, *, processes: "list[subprocess.Popen[bytes]]", folder: Path) -> None:
    ends_at = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < ends_at and all(process.poll() is None for process in processes):
        try:
            if requests.get(f"http://127.0.0.1:{arm.port}{PATH}1", timeout=2).content == expected(1):
                return
        except requests.RequestException:
            time.sleep(0.1)
    said = [
        log.read_text(errors="replace").strip()[-500:] for log in folder.glob(f"{arm.name.replace(' ', '-')}.*.log")
    ]
    raise StackProblem(f"The arm {arm.name} does not answer: {' | '.join(said)}")
