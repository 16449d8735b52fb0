"""Brings a whole stack up and keeps it up: databases, migrations, demo portfolio, sandbox, services, gateway."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.catalogue import ROOT, SERVICES
from deploy.checks import end_leftovers, read_scale, refuse_taken_port, refuse_unusable_bus
from deploy.console import Console
from deploy.keys import mail_webhook_key, missing_keys
from deploy.migrated import is_migrated, mark_migrated, state_of_code
from deploy.ports import free_ports, is_free
from deploy.postgres.databases import served_databases
from deploy.rabbitmq.passwords import USERS, bus_urls_from, variable_of_bus
from deploy.stack import COMPANY_TIME_ZONE, EMBEDDED_BUS, DataFolder, StackRecord, variable_of
from deploy.supervisor import Plan, Program, Supervisor, python_command

SANDBOX_PORT_OFFSET = 90
PREPARE, TAKE_OVER, SERVE, OPEN, ENROL = range(5)
TWILIO_TOKEN = "twilio-token"  # noqa: S105 - the name of the file that holds it
PROCESSOR_SECRET = "processor-webhook-secret"  # noqa: S105 - the name of the file that holds it
MIGRATE = "migrate"
IMPORT = "import"


@dataclass(frozen=True)
class Options:
    """What was asked on the command line."""

    data: Path
    port: int
    bus: str = EMBEDDED_BUS
    scale: tuple[str, ...] = ()
    fresh: bool = False
    demo: bool = True


@dataclass(frozen=True)
class Layout:
    """What is decided before the first program starts: addresses, ports, secrets, and how many of each."""

    folder: DataFolder
    host: str
    port: int
    url: str
    bus: str
    scale: Mapping[str, int]
    imports_demo: bool
    enrols_demo: bool
    sandbox_port: int
    database_urls: Mapping[str, str]
    ops_ports: Mapping[str, int]
    environment: Mapping[str, str]
    code: str
    own_databases: Path | None = None

    @property
    def local_url(self) -> str:
        """The gateway for programs on this machine, where no name has to be looked up."""
        return f"http://{'127.0.0.1' if self.host in ('', '0.0.0.0') else self.host}:{self.port}"  # noqa: S104 - compared

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"


def serve(*, options: Options, environment: Mapping[str, str], console: Console) -> None:
    """Serve until a signal asks to stop. Raises StackProblem instead of serving, with nothing left running."""
    host = environment.get("HTTP_HOST", "127.0.0.1")
    folder = DataFolder(options.data)
    scale = read_scale(options.scale, bus=options.bus)
    for bus in (options.bus, *bus_urls_from(environment).values()):
        refuse_unusable_bus(bus)
    if not folder.path.exists():
        refuse_taken_port(host=host, port=options.port)
    folder.prepare()
    supervisor = Supervisor(console=console)
    with folder.held(), supervisor.listening():
        end_leftovers(folder)
        refuse_taken_port(host=host, port=options.port)
        with served_databases(folder=folder, environment=environment, fresh=options.fresh) as databases:
            layout = lay_out(
                options=options,
                folder=folder,
                host=host,
                scale=scale,
                database_urls=databases.urls,
                environment=environment,
            )
            # Queues are declared by the same step, and a broker may have been emptied since.
            if options.bus == EMBEDDED_BUS:
                layout = replace(layout, own_databases=databases.home)
            try:
                supervisor.run(_plan(layout, console=console, programs=programs_of(layout)))
            finally:
                folder.remove_record()
    console.say(f"Captive has stopped; its data stays in {folder.path}")


def lay_out(
    *,
    options: Options,
    folder: DataFolder,
    host: str,
    scale: Mapping[str, int],
    database_urls: Mapping[str, str],
    environment: Mapping[str, str],
) -> Layout:
    """Decide ports and secrets, and write down what every program is told."""
    names = instance_names(bus=options.bus, scale=scale)
    usual_port = options.port + SANDBOX_PORT_OFFSET
    sandbox_port, *ops_ports = free_ports(len(names) + 1, without=(options.port, usual_port))
    sandbox_port = usual_port if is_free(usual_port) else sandbox_port
    url = environment.get("PUBLIC_URL") or f"http://localhost:{options.port}"
    layout = Layout(
        folder=folder,
        host=host,
        port=options.port,
        url=url,
        bus=options.bus,
        scale=scale,
        imports_demo=options.demo and not folder.demo_was_imported,
        enrols_demo=options.demo and not folder.logins.exists(),
        sandbox_port=sandbox_port,
        database_urls=database_urls,
        ops_ports=dict(zip(names, ops_ports, strict=True)),
        environment={},
        code=state_of_code(),
    )
    return replace(layout, environment={**inherited(environment), **told(layout)})


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """What the programs keep of the caller's environment."""
    # Where compiled modules may not be kept, every process compiles everything at every start.
    kept = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    path = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH")]))
    # Threads that hash passwords would each keep a heap of their own.
    return {"MALLOC_ARENA_MAX": "2", **kept, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def told(layout: Layout) -> dict[str, str]:
    """The settings that a stack gives to all its programs; a sandbox stack never speaks to a real vendor."""
    folder, sandbox = layout.folder, layout.sandbox_url
    return {
        "BUS_URL": layout.bus,
        "HTTP_HOST": layout.host,
        "HTTP_PORT": str(layout.port),
        "PUBLIC_URL": layout.url,
        "KEYS_DIR": str(folder.keys),
        "CLOCK_FILE": str(folder.clock_file),
        "SUBSCRIBERS_FILE": str(folder.subscribers),
        "SANDBOX_URL": sandbox,
        "SENDGRID_API_KEY": f"SG.{folder.secret('sendgrid-api-key')}",
        "SENDGRID_BASE_URL": sandbox,
        "SENDGRID_WEBHOOK_PUBLIC_KEY": mail_webhook_key(folder=folder.keys).public,
        "MAIL_FROM": "no-reply@captive.example",
        "TWILIO_ACCOUNT_SID": f"AC{folder.secret('twilio-account')}",
        "TWILIO_AUTH_TOKEN": folder.secret(TWILIO_TOKEN),
        "TWILIO_BASE_URL": sandbox,
        "TWILIO_FROM": "+15005550006",
        "PROCESSOR_BASE_URL": sandbox,
        "WEBHOOK_LOOPBACK_ALLOWED": "true",
        "PROCESSOR": "sandbox",
        "PROCESSOR_API_KEY": folder.secret("processor-api-key"),
        "PROCESSOR_WEBHOOK_SECRET": folder.secret(PROCESSOR_SECRET),
        **{variable_of(name): url for name, url in layout.database_urls.items()},
    }


def instance_names(*, bus: str, scale: Mapping[str, int]) -> list[str]:
    """The serving processes: all services in one on the embedded bus, else so many of each, the second being `-2`."""
    if bus == EMBEDDED_BUS:
        return ["services"]
    return [
        service if number == 1 else f"{service}-{number}"
        for service, count in scale.items()
        for number in range(1, count + 1)
    ]


def programs_of(layout: Layout) -> list[Program]:
    """Everything a stack runs, stage by stage."""
    data = ["--data", str(layout.folder.path)]
    preparing = []
    if not _is_prepared(layout):
        preparing.append(_once(layout, name=MIGRATE, stage=PREPARE, arguments=["deploy.migrate"]))
    if layout.imports_demo:
        # No answer of the running services is needed: the importer writes as the services' own verbs do.
        preparing.append(
            _once(layout, name=IMPORT, stage=TAKE_OVER, arguments=["deploy.cli", "import", "--demo", *data])
        )
    if layout.enrols_demo:
        command = ["deploy.cli", "enrol", "--url", layout.local_url, "--sandbox", layout.sandbox_url, *data]
        # A stack without demo log-ins is still a stack.
        preparing.append(replace(_once(layout, name="enrol", stage=ENROL, arguments=command), is_optional=True))
    sandbox = Program(
        name="sandbox",
        arguments=python_command("-m", "deploy.sandbox", "--parent-pipe", *_sandbox_options(layout)),
        environment=layout.environment,
        stage=PREPARE,
        ready_port=layout.sandbox_port,
        ready_path="/health/live",
    )
    return [*preparing, sandbox, *(_serving(layout, name) for name in layout.ops_ports)]


def _is_prepared(layout: Layout) -> bool:
    home = layout.own_databases
    is_as_left = home is not None and is_migrated(home=home, state=layout.code)
    return is_as_left and not missing_keys(folder=layout.folder.keys)


def _sandbox_options(layout: Layout) -> list[str]:
    folder = layout.folder
    options = {
        "--port": layout.sandbox_port,
        "--state": folder.sandbox_state,
        "--clock-file": folder.clock_file,
        "--gateway": layout.local_url,
        "--public-url": layout.url,
        "--sendgrid-key": mail_webhook_key(folder=folder.keys).private_file,
        "--twilio-token": folder.keys / TWILIO_TOKEN,
        "--processor-secret": folder.keys / PROCESSOR_SECRET,
    }
    return [str(word) for option in options.items() for word in option]


def _once(layout: Layout, *, name: str, stage: int, arguments: list[str]) -> Program:
    return Program(
        name=name, arguments=python_command("-m", *arguments), environment=layout.environment, stage=stage, once=True
    )


def _serving(layout: Layout, name: str) -> Program:
    """One process; on a broker it is told its own database and its own user's address alone."""
    is_alone = layout.bus == EMBEDDED_BUS
    service = name.partition("-")[0]
    classes = list(SERVICES.values()) if is_alone else [SERVICES[service]]
    others = set() if is_alone else {variable_of(other) for other in SERVICES if other != service}
    others |= {variable_of_bus(user) for user in USERS}
    addresses = {} if is_alone else bus_urls_from(layout.environment)
    bus = {"BUS_URL": addresses[service], "BUS_USER_PER_SERVICE": "true"} if addresses else {}
    return Program(
        name=name,
        arguments=python_command("-m", "chassis.host", *classes),
        environment={
            **{key: value for key, value in layout.environment.items() if key not in others},
            **bus,
            "OPS_PORT": str(layout.ops_ports[name]),
        },
        stage=OPEN if service == "gateway" else SERVE,
        ready_port=layout.ops_ports[name],
    )


def _plan(layout: Layout, *, console: Console, programs: list[Program]) -> Plan:
    serving = False
    children: Mapping[str, int] = {}

    def write_record() -> None:
        record = StackRecord(
            process=os.getpid(),
            url=layout.url,
            port=layout.port,
            sandbox_url=layout.sandbox_url,
            bus=layout.bus,
            keys=str(layout.folder.keys),
            database_urls=layout.database_urls,
            ops_ports=layout.ops_ports,
            children=children,
            is_serving=serving,
            clock_file=layout.environment["CLOCK_FILE"],
            time_zone=layout.environment.get("COMPANY_TIME_ZONE", COMPANY_TIME_ZONE),
        )
        layout.folder.write_record(record)

    def on_serving() -> None:
        nonlocal serving
        serving = True
        write_record()
        for line in welcome(layout):
            console.say(line)

    def on_change(processes: Mapping[str, int]) -> None:
        nonlocal children
        children = processes
        write_record()

    def on_finish(name: str) -> None:
        if name == IMPORT:
            layout.folder.mark_demo_imported()
        if name == MIGRATE and layout.own_databases is not None:
            mark_migrated(home=layout.own_databases, state=layout.code)

    return Plan(programs=programs, serving=on_serving, changed=on_change, finished=on_finish)


def welcome(layout: Layout) -> list[str]:
    """What is printed once everything serves: where to look, who may log in, what to try."""
    lines = [
        "",
        f"Captive serves at {layout.url} (Ctrl-C stops it)",
        f"  to read          {layout.url}/docs, {layout.url}/docs/events",
        f"  the contract     {layout.url}/openapi.json",
        f"  mails and texts  {layout.sandbox_url}/_sandbox",
        f"  try              {ROOT / '.venv/bin/captive'} demo --data {layout.folder.path}",
    ]
    lines += [f"  log in as        {entry}" for entry in _logins(layout.folder)]
    return [*lines, ""]


def _logins(folder: DataFolder) -> list[str]:
    """What the demo import left: a list of {user_id, password, who}."""
    try:
        entries = json.loads(folder.logins.read_text())
        return [f"{entry['user_id']} / {entry['password']} ({entry['who']})" for entry in entries]
    except (OSError, ValueError, KeyError, TypeError):
        return []
