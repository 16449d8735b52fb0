"""The mail room, with two accounts in the books."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.clock import FixedClock
from tests.fixtures.postgres import OpenDatabase
from tests.service.lockbox.mail_room import MailRoom, mail_room


@pytest.fixture
def room(
    databases: OpenDatabase, migrated: Callable[[str], str], keys_folder: Path, clock: FixedClock, tmp_path: Path
) -> MailRoom:
    return mail_room(databases, migrated, keys=keys_folder, clock=clock, folder=tmp_path)
