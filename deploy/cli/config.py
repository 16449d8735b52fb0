"""Print every setting of a stack: its name, its value, its meaning; secrets are covered."""

import os
from pathlib import Path

import click

from deploy.catalogue import SERVICES
from deploy.cli._options import data_option
from deploy.launch import Options, lay_out
from deploy.stack import EMBEDDED_BUS, DataFolder, StackProblem


@click.command(name="config")
@data_option
def command(data: Path) -> None:
    """Print every setting of a stack: its name, its value, its meaning; secrets are covered.

    The values are those that deploy/up gives to its programs, with this shell's environment. A setting that is missing
    or malformed is named, and the exit code is 2.
    """
    folder = DataFolder(data)
    record = folder.find_record()
    if not folder.path.exists():
        raise StackProblem(f"No stack was ever started on {folder.path}; start one with deploy/up first.")
    layout = lay_out(
        options=Options(data=data, port=record.port if record else 8000, bus=record.bus if record else EMBEDDED_BUS),
        folder=folder,
        host=os.environ.get("HTTP_HOST", "127.0.0.1"),
        scale=dict.fromkeys(SERVICES, 1),
        database_urls=folder.database_urls(),
        environment=os.environ,
    )
    os.environ.update(layout.environment)
    _print_settings()


def _print_settings() -> None:
    from chassis.assembly import declared_settings, service_class
    from chassis.settings import SettingsInvalid, read

    declared = declared_settings(service_class(path) for path in SERVICES.values())
    try:
        shown = read(declared).redacted()
    except SettingsInvalid as error:
        raise StackProblem(f"These settings are not valid: {'; '.join(str(error).splitlines())}") from error
    meanings = {setting.name: setting.meaning for setting in declared}
    for name, value in shown.items():
        click.echo(f"{name}={value}\n    {meanings[name]}")
