"""The `captive` command: quick to list, and it never lists what it cannot run."""

import subprocess
import sys

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

    def test_an_unknown_command_is_a_usage_error(self) -> None:
        assert CliRunner().invoke(captive, ["fly"]).exit_code == 2
