"""What a service has stored, brought under a key that was made for it."""

import shutil
from pathlib import Path

from sqlalchemy import select

from chassis.keys import FieldCipher, add_secret_key
from chassis.resealing import Resealed, reseal
from chassis.store import Database
from deploy.field_keys import purpose_of, sealed_tables


def bring_under_a_new_key(store: Database, *, service: str, keys_folder: Path, tmp_path: Path) -> Resealed:
    """With keys of its own beside those that others count on."""
    folder = tmp_path / "rotated"
    shutil.copytree(keys_folder, folder)
    add_secret_key(folder=folder, purpose=purpose_of(service))
    cipher = FieldCipher(folder=folder, purpose=purpose_of(service))
    return reseal(store, cipher=cipher, tables=sealed_tables(service))


def stored_columns(store: Database, *, service: str) -> set[str]:
    """The encrypted columns in which a value stands."""
    with store.reading() as transaction:
        return {
            f"{sealed.table.name}.{name}"
            for sealed in sealed_tables(service)
            for row in transaction.all(select(*sealed.columns))
            for name, value in row.items()
            if value
        }
