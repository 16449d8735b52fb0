"""Contacts and messages that wait are brought under a new key, and the messages go out as they were meant."""

from pathlib import Path

from tests.builders.notifications import ADAS_EMAIL, SECRET_LINK, a_contact
from tests.builders.rotation import bring_under_a_new_key, stored_columns
from tests.service.notifications.stage import Stage


def test_every_column_opens_by_what_it_is_tied_to(stage: Stage, keys_folder: Path, tmp_path: Path) -> None:
    stage.put(a_contact())
    stage.send_secure_mail()
    store = stage.service.store
    found = bring_under_a_new_key(store, service="notifications", keys_folder=keys_folder, tmp_path=tmp_path)
    assert (found.done, found.unreadable) == (4, ())
    assert stored_columns(store, service="notifications") == {
        "contacts.email_sealed", "contacts.phone_sealed", "contacts.first_name_sealed", "messages.variables_sealed",
    }  # fmt: skip
    stage.service.cipher = type(stage.service.cipher)(folder=tmp_path / "rotated", purpose="fields-notifications")
    stage.send_all()
    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["links"] == [SECRET_LINK]
