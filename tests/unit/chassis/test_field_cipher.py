"""What is sealed opens for its owner alone, as text or as a file; what is printed is found under every key."""

import os
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from chassis.ids import new_id
from chassis.keys import NONCE_BYTES, FieldCipher, add_secret_key

PURPOSE = "fields-test"


def a_cipher(folder: Path) -> FieldCipher:
    return FieldCipher(folder=folder, purpose=PURPOSE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    add_secret_key(folder=tmp_path, purpose=PURPOSE)
    return tmp_path


def test_a_file_opens_as_it_was_and_for_its_owner_alone(folder: Path) -> None:
    content = bytes(range(256)) * 40
    sealed = a_cipher(folder).encrypt_bytes(content, bound_to="row 1")
    assert content[:64] not in sealed
    add_secret_key(folder=folder, purpose=PURPOSE)
    assert a_cipher(folder).decrypt_bytes(sealed, bound_to="row 1") == content
    with pytest.raises(InvalidTag):
        a_cipher(folder).decrypt_bytes(sealed, bound_to="row 2")


def test_a_print_is_the_same_for_the_same_word_and_key(folder: Path) -> None:
    cipher = a_cipher(folder)
    assert cipher.print_of("title") == a_cipher(folder).print_of("title")
    assert cipher.print_of("title") != cipher.print_of("titles")
    assert -(2**63) <= cipher.print_of("title") < 2**63


def test_what_was_printed_before_a_rotation_is_looked_for_too(folder: Path) -> None:
    before = a_cipher(folder).print_of("title")
    add_secret_key(folder=folder, purpose=PURPOSE)
    after = a_cipher(folder)
    assert after.print_of("title") != before
    assert set(after.prints_of("title")) == {before, after.print_of("title")}


def test_of_keys_that_are_made_at_once_the_last_one_seals(folder: Path) -> None:
    for _ in range(50):
        made = add_secret_key(folder=folder, purpose=PURPOSE)
        assert a_cipher(folder).newest == made


def test_a_new_key_seals_though_the_last_one_was_made_by_a_clock_that_went_ahead(folder: Path) -> None:
    ahead = new_id(at=datetime.now(UTC) + timedelta(days=3))
    (folder / PURPOSE / f"{ahead}.secret").write_bytes(os.urandom(32))
    made = add_secret_key(folder=folder, purpose=PURPOSE)
    assert a_cipher(folder).newest == made > str(ahead)


@pytest.mark.parametrize("name", [".DS_Store", "README.md", "018f.unfinished", "0" * 8 + ".secret.old"])
def test_what_is_no_key_does_not_stop_the_making_of_one(folder: Path, name: str) -> None:
    (folder / PURPOSE / name).write_text("not a key")
    made = add_secret_key(folder=folder, purpose=PURPOSE)
    assert a_cipher(folder).newest == made


def test_a_key_is_found_though_the_folder_looks_as_it_did(folder: Path) -> None:
    """Two files made within one tick of the file system's clock leave the folder with one time."""
    cipher, home = a_cipher(folder), folder / PURPOSE
    looked_at = home.stat()
    add_secret_key(folder=folder, purpose=PURPOSE)
    sealed = a_cipher(folder).encrypt("Alvarez", bound_to="row 1")
    os.utime(home, ns=(looked_at.st_atime_ns, looked_at.st_mtime_ns))
    assert cipher.decrypt(sealed, bound_to="row 1") == "Alvarez"


def test_the_fields_of_one_owner_are_sealed_together_and_open_each_under_its_own_name(folder: Path) -> None:
    cipher = a_cipher(folder)
    sealed = cipher.encrypt_fields({"first_name": "Ana", "last_name": "Ana", "email": None}, owner="row 1")
    assert sealed["email"] is None
    first, last = sealed["first_name"], sealed["last_name"]
    assert first is not None
    assert first != last
    assert cipher.decrypt(first, bound_to="row 1:first_name") == "Ana"
    for foreign in ("row 1:last_name", "row 2:first_name"):
        with pytest.raises(InvalidTag):
            cipher.decrypt(first, bound_to=foreign)


def test_no_two_fields_are_ever_sealed_with_one_nonce(folder: Path) -> None:
    cipher = a_cipher(folder)
    fields = {f"field_{number}": "Ana" for number in range(50)}
    sealed = [each for owner in ("row 1", "row 2") for each in cipher.encrypt_fields(fields, owner=owner).values()]
    nonces = {urlsafe_b64decode(str(each).partition(".")[2])[:NONCE_BYTES] for each in sealed}
    assert len(nonces) == len(sealed) == 100
