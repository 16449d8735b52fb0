"""Users who work here: make them, and let in again who has lost a second factor."""

import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chassis.errors import Refusal
from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, StackProblem, clock_of

if TYPE_CHECKING:
    from chassis.context import CallContext

GENERATED_BYTES = 18


@click.group(name="user", cls=Group)
def command() -> None:
    """Users who work here: make them, and let in again who has lost a second factor."""


@click.command(name="create")
@click.option("--role", type=click.Choice(["agent"]), required=True, help="What the user may do.")
@click.option("--email", required=True, help="The address, which is what the user signs in with.")
@click.option("--first-name", required=True)
@click.option("--last-name", required=True)
@click.option("--user-id", help="Another name to sign in with.")
@click.option("--generate-password", is_flag=True, help="Invent a password and print it once.")
@data_option
def create(
    role: str,
    email: str,
    first_name: str,
    last_name: str,
    user_id: str | None,
    generate_password: bool,
    data: Path,
) -> None:
    """A member of staff, who may sign in at once: POST /v1/sessions.

    The password is asked for, or read from standard input where that is no terminal; the rules are those of every
    other. The databases are those that the *_DATABASE_URL variables name, else those of the data folder, whose stack
    may be running or not. Who made whom stays in identity's audit log.
    """
    password = secrets.token_urlsafe(GENERATED_BYTES) if generate_password else _asked_password()
    person = {
        "email": email, "first_name": first_name, "last_name": last_name, "user_id": user_id, "password": password,
    }  # fmt: skip
    _create_agent(person, data=data)
    click.echo(f"made {role} {email}")
    if generate_password:
        click.echo(f"password {password}")


@click.command(name="reset-factor")
@click.option("--email", required=True, help="The address that the member of staff signs in with.")
@click.option("--reason", required=True, help="How you know that it is them; it stays on record.")
@data_option
def reset_factor(email: str, reason: str, data: Path) -> None:
    """For a member of staff who has lost every second factor: take them away, with recovery codes and passkeys.

    Their sessions end, and they are told by mail. The password is as before; with it they sign in and add a new factor.
    Make sure that it is them: see them, or call a number that you knew before. A customer's factor is taken away by
    staff, not here. Who did it, and why, stays in identity's audit log.
    """
    gone = _reset_factor({"email": email, "reason": reason}, data=DataFolder(data))
    told = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in gone.items())
    click.echo(f"reset {email}: {told}")


def _reset_factor(request: dict[str, str], *, data: DataFolder) -> dict[str, int]:
    from chassis import schemas
    from chassis.settings import read
    from chassis.store import Database
    from services.identity.contract.staff import ResetAgentsSecondFactor
    from services.identity.operations import staff
    from services.identity.providers import Keyring, Policy, PolicyProvider

    clock, settings, running = clock_of(data, environment=os.environ), read(PolicyProvider.needs), data.find_record()
    # What the environment does not say, the running stack knows.
    public_url = running.url if running and "PUBLIC_URL" not in os.environ else settings["PUBLIC_URL"]
    keyring = Keyring(folder=Path(os.environ.get("KEYS_DIR", data.keys)), issuer=public_url)
    policy = Policy(public_url=public_url, terms_version=settings["TERMS_VERSION"])
    try:
        loaded = schemas.load(ResetAgentsSecondFactor, request)
        with reachable_databases(folder=data, environment=os.environ) as urls:
            database = Database(url=urls["identity"], service="identity", clock=clock)
            with database.writing() as transaction:
                gone = staff.reset_agents_second_factor(
                    transaction, now=clock.now(), keyring=keyring, policy=policy, request=loaded,
                    reset_by=_operator_context(),
                )  # fmt: skip
            database.close()
    except Refusal as refusal:
        raise StackProblem(f"Nothing was reset. {_told(refusal)}") from refusal
    return gone


def _create_agent(person: dict[str, str | None], *, data: Path) -> None:
    from chassis import schemas
    from chassis.settings import read
    from chassis.store import Database
    from services.identity.contract.schemas import CreateAgent
    from services.identity.operations import staff
    from services.identity.providers import Passwords, PasswordsProvider

    clock = clock_of(DataFolder(data), environment=os.environ)
    try:
        request = schemas.load(CreateAgent, person)
        passwords = Passwords(brand_words=read(PasswordsProvider.needs)["BRAND_WORDS"].split(","))
        prepared = staff.prepare_agent(passwords=passwords, request=request)
        with reachable_databases(folder=DataFolder(data), environment=os.environ) as urls:
            database = Database(url=urls["identity"], service="identity", clock=clock)
            with database.writing() as transaction:
                staff.create_agent(
                    transaction, now=clock.now(), prepared=prepared, request=request, created_by=_operator_context()
                )
            database.close()
    except Refusal as refusal:
        raise StackProblem(f"Nobody was made. {_told(refusal)}") from refusal


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _operator_context() -> "CallContext":
    """Whose shell it is, for the record."""
    from getpass import getuser

    from chassis.context import CallContext

    return CallContext(subject=f"operator:{os.environ.get('SUDO_USER') or getuser()}", role="operator")


def _told(refusal: Refusal) -> str:
    return " ".join(f"{error.pointer.lstrip('/')}: {error.detail}" for error in refusal.errors) or refusal.detail


command.add_command(create)
command.add_command(reset_factor)
