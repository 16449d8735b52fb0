"""The arms of `bench http`, each on its own processes and all on the same databases, started once and kept."""

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from chassis.clock import company_clock
from deploy.bench.arms import NAMEKO_RUN, START_SECONDS_MAX, STOCK_WORKERS_MAX, running, temporary_cluster
from deploy.bench.bystanders import Bystanders, process_of_broker, process_of_databases
from deploy.bench.http_checks import PUBLIC_URL
from deploy.bench.http_payers import Payer, payers
from deploy.bench.http_portfolio import import_portfolio, portfolio
from deploy.bench.sampling import VARIABLE
from deploy.broker import Broker
from deploy.catalogue import SERVICES, migrations_of
from deploy.keys import ensure_keys
from deploy.ports import free_ports
from deploy.stack import COMPANY_TIME_ZONE, StackProblem

FLOOR, STOCK, HOUSE = "wsgi", "stock", "captive"
NAMES = (STOCK, HOUSE, FLOOR)
# Nobody listens there: nothing leaves the machine, and nothing is waited for.
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class HttpArm:
    """One way to answer, running; its processes and where each would leave its profile, by what they are."""

    name: str
    port: int
    processes: Mapping[str, int]
    profiles: Mapping[str, Path]


@dataclass(frozen=True)
class Ground:
    """What every arm stands on."""

    url: str
    folder: Path
    database_urls: Mapping[str, str]

    @property
    def keys(self) -> Path:
        return self.folder / "keys"


@dataclass(frozen=True)
class Running:
    """All of it."""

    arms: list[HttpArm]
    payers: list[Payer]
    bystanders: Bystanders
    ground: Ground


@contextmanager
def running_http_arms(*, names: Iterable[str], clients: int, broker: Broker, sampled: bool) -> Iterator[Running]:
    """Every named arm, ready to answer. Raises StackProblem with the last words of one that does not come up."""
    with ExitStack() as stack:
        url = stack.enter_context(broker.vhost())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="captive-bench-")))
        cluster = stack.enter_context(temporary_cluster(folder))
        ground = Ground(url=url, folder=folder, database_urls=_migrated(cluster.ensure_service_databases(SERVICES)))
        ensure_keys(folder=ground.keys)
        clock = company_clock(zone_name=COMPANY_TIME_ZONE, clock_file="")
        records = portfolio(count=clients, on=clock.today())
        import_portfolio(records=records, urls=ground.database_urls, keys=ground.keys, clock=clock)
        found = payers(urls=ground.database_urls, keys=ground.keys, clock=clock)
        arms = [_start(name, ground=ground, payer=found[0], sampled=sampled, stack=stack) for name in names]
        bystanders = Bystanders(broker=process_of_broker(broker), databases=process_of_databases(cluster))
        yield Running(arms=arms, payers=found, bystanders=bystanders, ground=ground)


def _migrated(urls: Mapping[str, str]) -> Mapping[str, str]:
    from chassis.migrating import upgrade

    for service, url in urls.items():
        upgrade(url=url, trees={service: migrations_of(service)})
    return urls


def _start(name: str, *, ground: Ground, payer: Payer, sampled: bool, stack: ExitStack) -> HttpArm:
    port = free_ports(1)[0]
    commands = _COMMANDS[name](ground, port)
    ops_ports = dict(zip(commands, free_ports(len(commands)), strict=True))
    profiles = {part: ground.folder / f"{name}.{part}.json" for part in commands}
    processes = {}
    # In this order: who asks when it starts finds somebody to answer.
    for part, command in commands.items():
        environment = _environment(ground, port=port, ops_port=ops_ports[part])
        environment |= {VARIABLE: str(profiles[part])} if sampled else {}
        log = ground.folder / f"{name}.{part}.log"
        processes[part] = stack.enter_context(running(command, environment=environment, log=log)).pid
    arm = HttpArm(name=name, port=port, processes=processes, profiles=profiles)
    _wait_until_answering(arm, payer=payer, folder=ground.folder)
    return arm


def _environment(ground: Ground, *, port: int, ops_port: int) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "BUS_URL": ground.url,
        "KEYS_DIR": str(ground.keys),
        "HTTP_PORT": str(port),
        "OPS_PORT": str(ops_port),
        "PUBLIC_URL": PUBLIC_URL,
        "COMPANY_TIME_ZONE": COMPANY_TIME_ZONE,
        "CLOCK_FILE": "",
        "PROCESSOR_BASE_URL": NOWHERE,
        "PROCESSOR_API_KEY": "unused",
        "PROCESSOR_WEBHOOK_SECRET": "unused",
        **{f"{service.upper()}_DATABASE_URL": url for service, url in ground.database_urls.items()},
    }


Commands = dict[str, list[str]]


def _stock(ground: Ground, port: int) -> Commands:
    config = ground.folder / "stock.yaml"
    config.write_text(
        f"AMQP_URI: '{ground.url}'\nWEB_SERVER_ADDRESS: '127.0.0.1:{port}'\nmax_workers: {STOCK_WORKERS_MAX}\n"
        # A line for each request would be written to a file that nobody reads.
        "LOGGING: {version: 1, disable_existing_loggers: false, root: {level: WARNING}}\n"
    )
    nameko = [sys.executable, "-c", NAMEKO_RUN, str(config)]
    names = {"accounts": "AccountsService", "payments": "PaymentsService", "gateway": "GatewayService"}
    return {part: [*nameko, f"deploy.bench.http_stock:{name}"] for part, name in names.items()}


def _house(ground: Ground, _: int) -> Commands:
    from chassis.assembly import declare, service_class

    # Every queue of a stack, so that what is told finds its way; the one that nobody reads here too.
    declare(url=ground.url, classes=[service_class(path) for path in SERVICES.values()])
    host = [sys.executable, "-m", "chassis.host"]
    names = {
        "identity": "IdentityService", "accounts": "AccountsService", "payments": "PaymentsService",
        "gateway": "GatewayService",
    }  # fmt: skip
    return {part: [*host, f"deploy.bench.http_house:{name}"] for part, name in names.items()}


# The host makes its process green as soon as it is imported.
_GREEN_FLOOR = "import chassis.host, sys; from deploy.bench.http_floor import main; main(sys.argv[1:])"


def _floor(_: Ground, port: int) -> Commands:
    return {"everything": [sys.executable, "-c", _GREEN_FLOOR, str(port)]}


_COMMANDS = {STOCK: _stock, HOUSE: _house, FLOOR: _floor}


def _wait_until_answering(arm: HttpArm, *, payer: Payer, folder: Path) -> None:
    ends_at = time.monotonic() + START_SECONDS_MAX
    url = f"http://127.0.0.1:{arm.port}/v1/accounts/{payer.account_id}"
    while time.monotonic() < ends_at:
        if _is_answering(url, payer):
            return
        time.sleep(0.2)
    said = [log.read_text(errors="replace").strip()[-500:] for log in sorted(folder.glob(f"{arm.name}.*.log"))]
    raise StackProblem(f"The arm {arm.name} does not answer: {' | '.join(said)}")


def _is_answering(url: str, payer: Payer) -> bool:
    try:
        answer = requests.get(url, headers={"Authorization": payer.authorization()}, timeout=5)
    except requests.RequestException:
        return False
    return answer.status_code == 200
