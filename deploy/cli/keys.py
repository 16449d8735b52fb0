"""Rotate keys: those that sign access tokens, those that encrypt fields, and partners' webhook secrets."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from deploy.cli._group import Group
from deploy.cli._options import data_option
from deploy.stack import DataFolder, StackProblem, clock_of

TOKENS, FIELDS, WEBHOOKS = "tokens", "fields", "webhooks"
# The one that signs and the one before it, whose tokens live for minutes yet.
TOKEN_KEYS_KEPT = 2
# Who was encrypting with a key when its successor was made has committed by then.
SUPERSEDED_MINUTES = 10


@click.group(name="keys", cls=Group)
def command() -> None:
    """Rotate keys: those that sign access tokens, those that encrypt fields, and partners' webhook secrets."""


@command.command(name="rotate")
@click.argument("which", nargs=-1, type=click.Choice([TOKENS, FIELDS, WEBHOOKS]))
@data_option
def rotate(which: tuple[str, ...], data: Path) -> None:
    """Make new keys; those before stay good for their time. All three sorts, unless some are named.

    No service has to be started anew. tokens: the new key is published at once and signs ten minutes later; the one
    before verifies on, older ones are removed. fields: new values are encrypted with the new key from now on, and what
    is stored is brought under it; then `captive keys retire` removes those before. webhooks: every partner's secret is
    another one, printed once; for a day both sign, and whose two sign yet is left as they are.
    """
    wanted = which or (TOKENS, FIELDS, WEBHOOKS)
    folder = _keys_folder(data)
    rotations = {
        TOKENS: lambda: _rotate_tokens(folder), FIELDS: lambda: _rotate_fields(data, folder),
        WEBHOOKS: lambda: _rotate_webhooks(data, folder),
    }  # fmt: skip
    for name in dict.fromkeys(wanted):
        for line in rotations[name]():
            click.echo(line)


@command.command(name="reseal")
@data_option
def reseal(data: Path) -> None:
    """Bring stored fields under the newest keys: what `rotate` does, begun again where it was cut short."""
    for line in _reseal(data, _keys_folder(data)):
        click.echo(line)


@command.command(name="retire")
@data_option
def retire(data: Path) -> None:
    """Remove keys of fields that nothing stored needs any more. A backup made before can then be read no longer.

    What older keys still close is brought under the newest first. A key stays while its successor is younger than ten
    minutes: who was at work with it may not have committed yet.
    """
    from deploy.field_keys import retire_field_keys
    from deploy.postgres.databases import reachable_databases

    folder = _keys_folder(data)
    for line in _reseal(data, folder):
        click.echo(line)
    before = datetime.now(UTC) - timedelta(minutes=SUPERSEDED_MINUTES)
    with reachable_databases(folder=DataFolder(data), environment=os.environ) as urls:
        retired = retire_field_keys(folder=folder, urls=urls, before=before)
    for service, gone in retired.items():
        click.echo(f"fields: removed {len(gone)} keys of {service} {', '.join(gone)}".rstrip())


def _keys_folder(data: Path) -> Path:
    folder = Path(os.environ.get("KEYS_DIR") or DataFolder(data).keys)
    if not folder.is_dir():
        raise StackProblem(f"There are no keys in {folder}: start the stack once, or name its folder with --data.")
    return folder


def _rotate_tokens(folder: Path) -> Iterator[str]:
    from chassis.keys import add_signing_key, retire_signing_keys

    retired = retire_signing_keys(folder=folder, purpose=TOKENS, kept=TOKEN_KEYS_KEPT - 1)
    yield f"tokens: made {add_signing_key(folder=folder, purpose=TOKENS)}, retired {len(retired)}"
    yield "tokens: it is published now, and signs ten minutes from now"


def _rotate_fields(data: Path, folder: Path) -> Iterator[str]:
    from deploy.field_keys import make_field_keys

    for service, made in make_field_keys(folder=folder).items():
        yield f"fields: made {made} for {service}; it encrypts from now on"
    yield from _reseal(data, folder)
    yield f"fields: the keys before are kept; `captive keys retire` removes them, {SUPERSEDED_MINUTES} minutes from now"


def _reseal(data: Path, folder: Path) -> Iterator[str]:
    """One line for each service. Ends with code 1 where values were found that no key opens: they stay as they are."""
    from deploy.field_keys import reseal_fields
    from deploy.postgres.databases import reachable_databases

    unreadable = list[str]()
    clock = clock_of(DataFolder(data), environment=os.environ)
    with reachable_databases(folder=DataFolder(data), environment=os.environ) as urls:
        for found in reseal_fields(folder=folder, urls=urls, clock=clock):
            yield f"fields: {found.done} values of {found.service} are under its newest key now"
            unreadable += [f"{found.service} {place}" for place in found.unreadable]
    if unreadable:
        for place in unreadable:
            click.echo(f"No key opens {place}: put the key that its value names back, then `captive keys reseal`.")
        sys.exit(1)


def _rotate_webhooks(data: Path, folder: Path) -> Iterator[str]:
    from chassis.store import Database
    from deploy.postgres.databases import reachable_databases
    from gateway.webhooks.endpoints import rotate_every_secret
    from gateway.webhooks.signing import Secrets

    clock = clock_of(DataFolder(data), environment=os.environ)
    with reachable_databases(folder=DataFolder(data), environment=os.environ) as urls:
        database = Database(url=urls["gateway"], service="gateway", clock=clock)
        with database.writing() as transaction:
            changed, left = rotate_every_secret(transaction, now=clock.now(), secrets=Secrets(folder=folder))
        database.close()
    yield f"webhooks: {len(changed)} secrets are new; each is shown this once"
    for endpoint in changed:
        yield f"webhooks: {endpoint['id']} {endpoint['url']} {endpoint['secret']}"
    for endpoint in left:
        until = f"{endpoint['previous_secret_until']:%Y-%m-%dT%H:%M:%SZ}"
        yield f"webhooks: {endpoint['id']} {endpoint['url']} keeps its two secrets; change them again after {until}"
