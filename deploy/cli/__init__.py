"""The `captive` command. Each module here is one command: its `command` is what runs, its first line what --help says.

Modules are imported when their command runs, so that `captive --help` stays fast; `import_` is the command `import`.
"""

import ast
import importlib
import sys
from pathlib import Path

import click

from deploy.stack import StackProblem

EXIT_REFUSED = 2
# By name: importing the database library would slow every command down.
SILENT_DATABASE = ("StoreDown", "OperationalError", "InterfaceError")
DATABASE_GONE = (
    "The database does not answer, so nothing was found out or changed; a private one is started again by stopping "
    "and starting deploy/up."
)
SILENT_BROKER = "BusDown"
FOLDER = Path(__file__).parent


class Commands(click.Group):
    """The commands found in this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's form
        return sorted(_command_name(module) for module in FOLDER.glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"deploy.cli.{_module_name(cmd_name)}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        read = ((name, _read(_module_name(name))) for name in self.list_commands(ctx))
        rows = [(name, _summary(tree)) for name, tree in read if not _is_hidden(tree)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.command(cls=Commands)
def captive() -> None:
    """Looks after a Captive stack; every command has its own --help."""


def main() -> None:
    """Run the command line; what stands in the way is one sentence on standard error and exit code 2."""
    try:
        captive(prog_name="captive")
    except StackProblem as problem:
        click.echo(f"captive: {problem}", err=True)
        sys.exit(EXIT_REFUSED)
    except Exception as error:
        if type(error).__name__ == SILENT_BROKER:
            click.echo(f"captive: The broker does not answer, or refuses: {error}", err=True)
            sys.exit(EXIT_REFUSED)
        if type(error).__name__ not in SILENT_DATABASE:
            raise
        click.echo(f"captive: {DATABASE_GONE}", err=True)
        sys.exit(EXIT_REFUSED)


def _command_name(module: Path) -> str:
    return module.stem.rstrip("_").replace("_", "-")


def _module_name(command: str) -> str:
    name = command.replace("-", "_")
    return name if (FOLDER / f"{name}.py").exists() else f"{name}_"


def _read(module: str) -> ast.Module:
    """Read, not imported."""
    return ast.parse((FOLDER / f"{module}.py").read_bytes())


def _summary(tree: ast.Module) -> str:
    return (ast.get_docstring(tree) or "").partition("\n")[0]


def _is_hidden(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.keyword) and node.arg == "hidden" for node in ast.walk(tree))
