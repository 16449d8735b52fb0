"""A RabbitMQ for tests and CI: one that runs already, else a private node that lives as long as the tests.

A broker that was not started here is never stopped or reset; tests get a virtual host of their own in it.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from deploy.ports import free_ports
from deploy.postgres.binaries import ServerUser
from deploy.stack import EMBEDDED_BUS, StackProblem

LOCAL_BROKER = "amqp://guest:guest@127.0.0.1:5672//"
# A busy broker, with hundreds of queues just declared, needs seconds for a handshake.
CONNECT_SECONDS_MAX = 10.0
CONTROL_SECONDS_MAX = 60.0
START_SECONDS_MAX = 60.0
PROBE_SECONDS_MAX = 15.0
INSTALL_SECONDS_MAX = 300.0
SERVER_PROGRAMS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server")
CONTROL_PROGRAMS = ("rabbitmqctl", "/usr/lib/rabbitmq/bin/rabbitmqctl")


@dataclass(frozen=True)
class Broker:
    """A broker that answers, and what it takes to control it."""

    address: str
    control: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: ServerUser | None = None

    @contextmanager
    def vhost(self) -> Iterator[str]:
        """An own, empty virtual host as an amqp:// address; it is deleted with all that is in it."""
        name = f"captive-test-{secrets.token_hex(6)}"
        self.run("add_vhost", name)
        try:
            self.run("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
            yield f"amqp://guest:guest@{self.address}/{quote(name, safe='')}"
        finally:
            self._delete(name)

    def _delete(self, name: str) -> None:
        """What a broker does not delete in time is left to it: nobody else has that name."""
        try:
            self.run("delete_vhost", name)
        except subprocess.TimeoutExpired:
            print(f"RabbitMQ has not deleted {name} within {CONTROL_SECONDS_MAX:.0f} s.", file=sys.stderr)

    def run(self, *arguments: str, seconds: float = CONTROL_SECONDS_MAX) -> str:
        """One rabbitmqctl command; gives what it printed. Raises StackProblem with its last line."""
        answer = subprocess.run(
            [*self.control, *arguments],
            env={**os.environ, **self.environment},
            user=self.user.uid if self.user else None,
            group=self.user.gid if self.user else None,
            extra_groups=[] if self.user and self.user.uid is not None else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if answer.returncode != 0:
            last = (answer.stderr or answer.stdout).strip().rpartition("\n")[2]
            raise StackProblem(f"rabbitmqctl {arguments[0]} failed: {last}")
        return answer.stdout


@contextmanager
def broker_vhost() -> Iterator[str]:
    """A virtual host in whichever broker is found. Raises StackProblem where there is none."""
    with running_broker() as broker, broker.vhost() as url:
        yield url


@contextmanager
def running_broker() -> Iterator[Broker]:
    """The broker of this machine, else a private node while the block runs. Raises StackProblem without one."""
    with ExitStack() as stack:
        yield find_running() or stack.enter_context(private_broker())


@cache
def find_running() -> Broker | None:
    """A broker on the usual port that lets guest in, and where virtual hosts and queues come and go.

    One that was given more queues than it has file handles for answers and deletes nothing any more: it is left alone.
    """
    control = _program(CONTROL_PROGRAMS)
    if control is None or refusal_of(LOCAL_BROKER) is not None:
        return None
    broker = Broker(address="127.0.0.1:5672", control=(control,))
    name = f"captive-probe-{secrets.token_hex(6)}"
    try:
        broker.run("add_vhost", name, seconds=PROBE_SECONDS_MAX)
        broker.run("set_permissions", "-p", name, "guest", ".*", ".*", ".*", seconds=PROBE_SECONDS_MAX)
        _declare_a_queue(f"amqp://guest:guest@{broker.address}/{name}")
        broker.run("delete_vhost", name, seconds=PROBE_SECONDS_MAX)
    except (StackProblem, subprocess.TimeoutExpired, OSError):
        return None
    return broker


def _declare_a_queue(url: str) -> None:
    from chassis.bus.link import open_channel

    with open_channel(url) as channel:
        channel.queue_declare(queue="probe", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})


@contextmanager
def private_broker() -> Iterator[Broker]:
    """A node with its own name, ports and files, which ends with the block together with its port mapper."""
    server, control = _installed_programs()
    folder = Path(tempfile.mkdtemp(prefix="captive-rabbitmq-", dir="/var/tmp"))
    user = _broker_user()
    user.own(folder)
    environment = _node_environment(folder)
    port = int(environment["RABBITMQ_NODE_PORT"])
    broker = Broker(address=f"127.0.0.1:{port}", control=(control,), environment=environment, user=user)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [server],
            env={**os.environ, **environment},
            user=user.uid,
            group=user.gid,
            extra_groups=None if user.uid is None else [],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_up(process, broker=broker, folder=folder)
        yield broker
    finally:
        _end(process, folder)
        shutil.rmtree(folder, ignore_errors=True)


def refusal_of(url: str) -> str | None:
    """Why a broker cannot be used at this address, as one sentence without its password; None where it can."""
    import amqp

    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or (5671 if parts.scheme == "amqps" else 5672)
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("amqp", "amqps"):
        return f"The bus must be {EMBEDDED_BUS} or an address like amqp://user:password@host:5672/vhost."
    vhost = unquote(parts.path[1:]) or "/"
    connection = amqp.Connection(
        host=f"{host}:{port}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=vhost,
        ssl=parts.scheme == "amqps",
        connect_timeout=CONNECT_SECONDS_MAX,
        read_timeout=CONNECT_SECONDS_MAX,
    )
    try:
        connection.connect()
        connection.close()
    except amqp.exceptions.AccessRefused:
        return f"The broker at {host}:{port} refuses user {parts.username or 'guest'} with this password."
    except amqp.exceptions.NotAllowed:
        return f"The broker at {host}:{port} has no virtual host {vhost} for user {parts.username or 'guest'}."
    except (OSError, amqp.exceptions.AMQPError) as error:
        return f"No broker answers at {host}:{port} ({getattr(error, 'strerror', None) or type(error).__name__})."
    return None


def _installed_programs() -> tuple[str, str]:
    if not _program(SERVER_PROGRAMS) and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["update", "-q"], ["install", "-y", "-q", "rabbitmq-server"]):
            subprocess.run(
                ["apt-get", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=INSTALL_SECONDS_MAX,
                check=False,
            )
    server, control = _program(SERVER_PROGRAMS), _program(CONTROL_PROGRAMS)
    if server is None or control is None:
        raise StackProblem("No RabbitMQ was found; install it (Debian: apt-get install rabbitmq-server).")
    # Debian's rabbitmqctl changes to the system's broker user first; the one beside the server does not.
    beside = Path(server).resolve().with_name("rabbitmqctl")
    return server, str(beside) if beside.exists() else control


def _program(names: tuple[str, ...]) -> str | None:
    return next((found for found in map(shutil.which, names) if found), None)


def _broker_user() -> ServerUser:
    import pwd

    if os.geteuid() != 0:
        return ServerUser(name=pwd.getpwuid(os.geteuid()).pw_name)
    nobody = pwd.getpwnam("nobody")
    return ServerUser(name="nobody", uid=nobody.pw_uid, gid=nobody.pw_gid)


def _node_environment(folder: Path) -> dict[str, str]:
    node_port, distribution_port, mapper_port = free_ports(3)
    return {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"captive-{secrets.token_hex(4)}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(node_port),
        "RABBITMQ_DIST_PORT": str(distribution_port),
        "ERL_EPMD_PORT": str(mapper_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONFIG_FILE": str(folder / "none"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none-either"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "no-environment"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }


def _wait_until_up(process: "subprocess.Popen[bytes]", *, broker: Broker, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while process.poll() is None and time.monotonic() < deadline:
        if refusal_of(f"amqp://guest:guest@{broker.address}//") is None:
            return
        time.sleep(0.2)
    last = (folder / "output").read_text(errors="replace").strip()[-300:]
    raise StackProblem(f"The private RabbitMQ did not come up: {last}")


def _end(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
    # The port mapper and Erlang's helpers leave the node's session; they are known by the home we gave them.
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            is_ours = f"HOME={folder}\0".encode() in entry.read_bytes()
        except OSError:
            continue
        if is_ours:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(int(entry.parent.name), signal.SIGKILL)
