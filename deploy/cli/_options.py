"""Options that several commands share."""

from pathlib import Path

import click

from deploy.catalogue import ROOT

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=ROOT / ".captive",
    envvar="CAPTIVE_DATA",
    show_default=".captive in the checkout",
    help="The folder that keeps databases, keys and the sandbox's state.",
)
