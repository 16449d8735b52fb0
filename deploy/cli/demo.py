"""Do the main job against a running stack, step by step, and check each step."""

import json
import secrets
import subprocess
import sys
from pathlib import Path

import click

from deploy.catalogue import ROOT
from deploy.cli._options import data_option
from deploy.demo.people import Person
from deploy.stack import DataFolder
from deploy.supervisor import python_command

DEMO_EMAIL = "maria.alvarez@example.com"


@click.command(name="demo")
@click.option("--url", help="The gateway; by default the stack of the data folder.")
@data_option
def command(url: str | None, data: Path) -> None:
    """Do the main job against a running stack, step by step, and check each step.

    Import, register, verify, sign in, see a loan and a lease, pay on both; ledger, mail, text, lease options and an
    outside subscriber must follow; the ledger check ends it. Exit code 0 when every promise held, 1 when one did not.
    """
    from deploy.demo.client import Client, Mailbox, StepFailed
    from deploy.demo.story import Stage, tell

    folder = DataFolder(data)
    record = folder.running_stack()
    number = 0

    def say(line: str) -> None:
        nonlocal number
        number += 1
        click.echo(f"{number:2}. {line}")

    say(_captive(folder, "import", "--demo").splitlines()[0])
    stage = Stage(
        client=Client(url=url or record.url), mailbox=Mailbox(url=record.sandbox_url), bus=record.bus, say=say
    )
    try:
        tell(stage=stage, person=_maria(folder))
        say(_captive(folder, "ledger", "check").strip().splitlines()[-1])
    except StepFailed as failure:
        click.echo(f"FAILED: {failure}", err=True)
        sys.exit(1)
    click.echo("Every promise held.")


def _maria(folder: DataFolder) -> Person:
    """The demo's customer; her password is this stack's own and kept in its data folder."""
    return Person(
        first_name="Maria",
        last_name="Alvarez",
        account_number="KFA-1000001",
        ssn_last4="4821",
        email=DEMO_EMAIL,
        phone="+12145550142",
        password=_password(folder),
    )


def _password(folder: DataFolder) -> str:
    place = folder.path / "demo-login.json"
    if not place.exists():
        place.touch(mode=0o600)
        place.write_text(json.dumps({"user_id": DEMO_EMAIL, "password": secrets.token_urlsafe(18)}))
    password: str = json.loads(place.read_text())["password"]
    return password


def _captive(folder: DataFolder, *arguments: str) -> str:
    """Another command of ours, as an operator would run it. Raises StepFailed with what it said."""
    from deploy.demo.client import StepFailed

    command_line = python_command("-m", "deploy.cli", *arguments, "--data", str(folder.path))
    done = subprocess.run(command_line, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StepFailed(f"captive {' '.join(arguments)} exited with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout
