"""Look for what keeps a stack from starting or serving, and say what to do about it."""

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from deploy.broker import LOCAL_BROKER, refusal_of
from deploy.checks import refuse_taken_port
from deploy.cli._options import data_option
from deploy.keys import missing_keys
from deploy.postgres.binaries import candidates, find_binaries, server_user
from deploy.postgres.cluster import Cluster
from deploy.stack import DataFolder, StackProblem
from deploy.supervisor import readiness

PACKAGES = ("nameko", "kombu", "sqlalchemy", "psycopg2", "alembic", "marshmallow", "werkzeug")
DISK_BYTES_MIN = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `is_well` None: worth knowing, nothing to do."""

    subject: str
    is_well: bool | None
    detail: str


@click.command(name="doctor")
@data_option
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The gateway's port.")
def command(data: Path, port: int) -> None:
    """Look for what keeps a stack from starting or serving, and say what to do about it.

    Exit code 1 if there is something to do.
    """
    findings = list(examine(folder=DataFolder(data), port=port))
    for finding in findings:
        mark = {True: "ok  ", False: "FAIL", None: "note"}[finding.is_well]
        click.echo(f"{mark}  {finding.subject}: {finding.detail}")
    sys.exit(1 if any(finding.is_well is False for finding in findings) else 0)


def examine(*, folder: DataFolder, port: int) -> Iterator[Finding]:
    """Everything that was looked at, the well with the unwell."""
    yield Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0])
    missing = [package for package in PACKAGES if not _is_installed(package)]
    yield Finding(
        "packages", not missing, f"missing {', '.join(missing)}; run deploy/install" if missing else "installed"
    )
    yield _examine_postgres(folder)
    for left in Cluster(data=folder.path).left_behind:
        yield Finding("databases", None, f"{left} is of an earlier {folder.path}; remove it when it is not wanted")
    if Cluster(data=folder.path).exists:
        yield _examine_keys(folder)
    home = next(path for path in (folder.path, *folder.path.parents) if path.exists())
    free = shutil.disk_usage(home).free
    yield Finding("disk", free >= DISK_BYTES_MIN, f"{free // 1_000_000:,} MB free for {folder.path}")
    refusal = refusal_of(LOCAL_BROKER)
    yield Finding("RabbitMQ", None, refusal or "answers on this machine (only --bus amqp://… needs it)")
    yield from _examine_stack(folder, port=port)


def _is_installed(package: str) -> bool:
    """One that is loaded is not looked for: some take the place of their own module and leave nothing to find."""
    return package in sys.modules or importlib.util.find_spec(package) is not None


def _examine_postgres(folder: DataFolder) -> Finding:
    try:
        user = server_user()
        cluster = Cluster(data=folder.path)
        binaries = find_binaries(user=user, major=cluster.major)
    except StackProblem as problem:
        return Finding("PostgreSQL", False, str(problem))
    others = len(list(candidates(user=user))) - 1
    more = f" ({others} more on this machine)" if others else ""
    return Finding("PostgreSQL", True, f"{binaries.version} in {binaries.folder}, run by {user.name}{more}")


def _examine_keys(folder: DataFolder) -> Finding:
    missing = missing_keys(folder=folder.keys)
    if not missing:
        return Finding("keys", True, f"all are in {folder.keys}")
    detail = f"{folder.keys} has none for {', '.join(missing)}: put it back from your backup, or deploy/up --fresh"
    return Finding("keys", False, detail)


def _examine_stack(folder: DataFolder, *, port: int) -> Iterator[Finding]:
    try:
        record = folder.running_stack()
    except StackProblem as problem:
        yield Finding("stack", None, str(problem))
        try:
            refuse_taken_port(host="127.0.0.1", port=port)
        except StackProblem as taken:
            yield Finding("port", False, str(taken))
        else:
            yield Finding("port", True, f"{port} is free")
        return
    yield Finding("stack", record.is_serving, f"{'serves' if record.is_serving else 'is starting'} at {record.url}")
    if record.bus.startswith("amqp"):
        yield _examine_queues(folder, bus=record.bus)
    for name, ops_port in record.ops_ports.items():
        answer = readiness(port=ops_port, path="/health/ready")
        yield Finding(name, answer == "200", "ready" if answer == "200" else f"not ready ({answer or 'silent'})")


def _examine_queues(folder: DataFolder, *, bus: str) -> Finding:
    from deploy.rabbitmq.subscribers import read_subscribers
    from deploy.subscriptions import missing_queues

    refusal = refusal_of(bus)
    if refusal is not None:
        return Finding("queues", False, refusal)
    missing = missing_queues(url=bus, subscribers=read_subscribers(folder.subscribers))
    cure = "run `captive migrate`, then `captive events replay` into each"
    return Finding("queues", not missing, f"missing {', '.join(missing)}; {cure}" if missing else "all are there")
