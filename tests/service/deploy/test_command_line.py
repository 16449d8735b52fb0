"""The `captive` command: quick to list, and it never lists what it cannot run."""

import subprocess
import sys
from collections.abc import Iterator

import click
from click.testing import CliRunner

from deploy.cli import Commands, captive
from tests.fixtures.processes import ROOT


class TestHelp:
    def test_listing_the_commands_imports_none_of_them(self) -> None:
        program = (
            "import sys; from deploy.cli import captive; captive(['--help'], standalone_mode=False);"
            "sys.exit(any(name in sys.modules for name in ('deploy.launch', 'sqlalchemy', 'eventlet', 'psycopg2')))"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Serve a whole stack" in done.stdout

    def test_the_line_in_the_list_is_the_commands_own(self) -> None:
        assert isinstance(captive, Commands)
        listed = CliRunner().invoke(captive, ["--help"]).output
        for name in ("up", "migrate", "doctor", "config"):
            assert f"\n  {name} " in listed

    def test_every_sentence_in_a_list_is_whole(self) -> None:
        helps = {" ".join(words): CliRunner().invoke(captive, [*words, "--help"]) for words in groups(captive)}
        assert {"bench", "events", "broker subscriber"} <= set(helps)
        assert [
            name for name, shown in helps.items() if shown.exit_code != 0 or "..." in shown.output.partition("\n")[2]
        ] == []
        assert "until interrupted; of a stack" in " ".join(helps["events"].output.split())

    def test_an_unknown_command_is_a_usage_error(self) -> None:
        assert CliRunner().invoke(captive, ["fly"]).exit_code == 2


def groups(group: click.Group, *words: str) -> Iterator[tuple[str, ...]]:
    """The words of this group and of every group inside."""
    yield words
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from groups(command, *words, name)
