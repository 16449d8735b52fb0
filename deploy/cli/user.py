"""Make users who work here: create."""

import os
import secrets
import sys
from pathlib import Path

import click

from chassis.errors import Refusal
from deploy.cli._options import data_option
from deploy.postgres.databases import reachable_databases
from deploy.stack import DataFolder, StackProblem, clock_of

GENERATED_BYTES = 18


@click.group(name="user")
def command() -> None:
    """Make users who work here: create."""


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


def _create_agent(person: dict[str, str | None], *, data: Path) -> None:
    from chassis import schemas
    from chassis.context import CallContext
    from chassis.settings import read
    from chassis.store import Database
    from services.identity.contract.schemas import CreateAgent
    from services.identity.operations import staff
    from services.identity.providers import Passwords, PasswordsProvider

    operator = CallContext(subject=f"operator:{_operator()}", role="operator")
    clock = clock_of(DataFolder(data), environment=os.environ)
    try:
        request = schemas.load(CreateAgent, person)
        passwords = Passwords(brand_words=read(PasswordsProvider.needs)["BRAND_WORDS"].split(","))
        prepared = staff.prepare_agent(passwords=passwords, request=request)
        with reachable_databases(folder=DataFolder(data), environment=os.environ) as urls:
            database = Database(url=urls["identity"], service="identity", clock=clock)
            with database.writing() as transaction:
                staff.create_agent(
                    transaction, now=clock.now(), prepared=prepared, request=request, created_by=operator
                )
            database.close()
    except Refusal as refusal:
        raise StackProblem(f"Nobody was made. {_told(refusal)}") from refusal


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _operator() -> str:
    """Whose shell it is, for the record."""
    from getpass import getuser

    return os.environ.get("SUDO_USER") or getuser()


def _told(refusal: Refusal) -> str:
    return " ".join(f"{error.pointer.lstrip('/')}: {error.detail}" for error in refusal.errors) or refusal.detail


command.add_command(create)
