"""Rotate keys: those that sign access tokens, those that encrypt fields, and partners' webhook secrets."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from deploy.cli._options import data_option
from deploy.stack import DataFolder, StackProblem, clock_of

TOKENS, FIELDS, WEBHOOKS = "tokens", "fields", "webhooks"
# The one that signs and the one before it, whose tokens live for minutes yet.
TOKEN_KEYS_KEPT = 2


@click.group(name="keys")
def command() -> None:
    """Rotate keys: those that sign access tokens, those that encrypt fields, and partners' webhook secrets."""


@command.command(name="rotate")
@click.argument("which", nargs=-1, type=click.Choice([TOKENS, FIELDS, WEBHOOKS]))
@data_option
def rotate(which: tuple[str, ...], data: Path) -> None:
    """Make new keys; those before stay good for their time. All three sorts, unless some are named.

    tokens: the new key is published at once and signs from identity's next start; the one before verifies on, older
    ones are removed. fields: new values are encrypted with the new key from each service's next start, old ones are
    read on. webhooks: every partner's secret is another one, printed once; for a day both sign.
    """
    wanted = which or (TOKENS, FIELDS, WEBHOOKS)
    folder = _keys_folder(data)
    rotations = {
        TOKENS: lambda: _rotate_tokens(folder), FIELDS: lambda: _rotate_fields(folder),
        WEBHOOKS: lambda: _rotate_webhooks(data, folder),
    }  # fmt: skip
    for name in dict.fromkeys(wanted):
        for line in rotations[name]():
            click.echo(line)


def _keys_folder(data: Path) -> Path:
    folder = Path(os.environ.get("KEYS_DIR") or DataFolder(data).keys)
    if not folder.is_dir():
        raise StackProblem(f"There are no keys in {folder}: start the stack once, or name its folder with --data.")
    return folder


def _rotate_tokens(folder: Path) -> Iterator[str]:
    from chassis.keys import add_signing_key, retire_signing_keys

    retired = retire_signing_keys(folder=folder, purpose=TOKENS, kept=TOKEN_KEYS_KEPT - 1)
    yield f"tokens: made {add_signing_key(folder=folder, purpose=TOKENS)}, retired {len(retired)}"
    yield "tokens: it is published now, and signs from the next start of identity"


def _rotate_fields(folder: Path) -> Iterator[str]:
    from chassis.keys import add_secret_key
    from deploy.keys import SECRET

    for purpose in (purpose for purpose in SECRET if purpose.startswith("fields-")):
        yield f"fields: made {add_secret_key(folder=folder, purpose=purpose)} for {purpose}"
    yield "fields: they encrypt from the next start of each service; what is stored is read as before"


def _rotate_webhooks(data: Path, folder: Path) -> Iterator[str]:
    from sqlalchemy import select

    from chassis.store import Database
    from deploy.postgres.databases import reachable_databases
    from gateway.webhooks.endpoints import rotate_secret
    from gateway.webhooks.models import webhook_endpoints
    from gateway.webhooks.signing import Secrets

    clock = clock_of(DataFolder(data), environment=os.environ)
    with reachable_databases(folder=DataFolder(data), environment=os.environ) as urls:
        database = Database(url=urls["gateway"], service="gateway", clock=clock)
        with database.writing() as transaction:
            known = [row["id"] for row in transaction.all(select(webhook_endpoints.c.id))]
            changed = [
                rotate_secret(transaction, endpoint_id=id, now=clock.now(), secrets=Secrets(folder=folder))
                for id in known
            ]
        database.close()
    yield f"webhooks: {len(changed)} secrets are new; each is shown this once"
    for endpoint in changed:
        yield f"webhooks: {endpoint['id']} {endpoint['url']} {endpoint['secret']}"
