"""Who sent a cheque that waits is brought under a new key."""

from pathlib import Path

from tests.builders.rotation import bring_under_a_new_key, stored_columns
from tests.service.lockbox.mail_room import MailRoom


def test_every_column_opens_by_what_it_is_tied_to(room: MailRoom, keys_folder: Path, tmp_path: Path) -> None:
    room.take_lines(room.line(1, account_number="", remitter="Ada Lovelace"))
    store = room.service.store
    found = bring_under_a_new_key(store, service="payments", keys_folder=keys_folder, tmp_path=tmp_path)
    assert (found.done, found.unreadable) == (1, ())
    assert stored_columns(store, service="payments") == {"lockbox_receipts.remitter_encrypted"}
