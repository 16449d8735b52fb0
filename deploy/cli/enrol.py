"""Register the demo's log-ins over HTTP, so that `deploy/up` can print them."""

import json
import secrets
from datetime import date
from pathlib import Path

import click

from deploy.cli._options import data_option
from deploy.stack import DataFolder, StackProblem, write_private

LOGINS = (
    ("Samuel", "Okafor", "KFA-1000002", "loan, two instalments late"),
    ("Priya", "Rahman", "KFA-2000002", "lease in mid-term"),
)


@click.command(name="enrol", hidden=True)
@click.option("--url", required=True, help="The gateway.")
@click.option("--sandbox", required=True, help="The sandbox, whose mailbox holds the verification mails.")
@data_option
def command(url: str, sandbox: str, data: Path) -> None:
    """Register the demo's log-ins over HTTP, so that `deploy/up` can print them; passwords are this stack's own."""
    from deploy.demo.client import Client, Mailbox, StepFailed
    from deploy.demo.people import Person, register

    folder = DataFolder(data)
    entries = []
    for first_name, last_name, account_number, who in LOGINS:
        person = Person(
            first_name=first_name,
            last_name=last_name,
            account_number=account_number,
            ssn_last4=_ssn_last4(account_number),
            email=f"{first_name}.{last_name}@example.com".lower(),
            phone="",
            password=secrets.token_urlsafe(15),
        )
        try:
            register(client=Client(url=url), mailbox=Mailbox(url=sandbox), person=person)
        except StepFailed as failure:
            raise StackProblem(f"The demo log-ins could not be registered: {failure}") from failure
        entries.append({"user_id": person.email, "password": person.password, "who": who})
    write_private(folder.logins, json.dumps(entries))


def _ssn_last4(account_number: str) -> str:
    """As the demo portfolio invents it; the date moves due dates, not people."""
    from deploy.portfolio.demo import demo_portfolio

    for account in demo_portfolio(on=date(2026, 1, 15)):
        if account.account_number == account_number:
            return account.parties[0].ssn_last4
    raise StackProblem(f"The demo portfolio has no account {account_number}.")
