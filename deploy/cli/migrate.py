"""Make missing keys and bring every database and the broker to what this version needs."""

import os
import subprocess
import sys
from pathlib import Path

import click

from deploy.catalogue import ROOT, SERVICES
from deploy.cli._options import data_option
from deploy.launch import Options, inherited, lay_out
from deploy.postgres.databases import reachable_databases
from deploy.stack import EMBEDDED_BUS, DataFolder
from deploy.supervisor import python_command


@click.command(name="migrate")
@data_option
def command(data: Path) -> None:
    """Make missing keys and bring every database and the broker to what this version needs.

    The databases are those that the *_DATABASE_URL variables name, else those of the data folder, whose stack may be
    running or not. Settings that the environment names win. Safe to run again, and by several at once.
    """
    folder = DataFolder(data)
    record = folder.find_record()
    with reachable_databases(folder=folder, environment=os.environ) as urls:
        folder.prepare()
        layout = lay_out(
            options=Options(data=data, port=8000, bus=record.bus if record else EMBEDDED_BUS),
            folder=folder,
            host="127.0.0.1",
            scale=dict.fromkeys(SERVICES, 1),
            database_urls=urls,
            environment=os.environ,
        )
        environment = {**layout.environment, **inherited(os.environ)}
        done = subprocess.run(python_command("-m", "deploy.migrate"), cwd=ROOT, env=environment, check=False)
    sys.exit(done.returncode)
