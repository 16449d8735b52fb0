"""What statements are made with: who writes, under which disclosures, and on what they are printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.settings import SettingsInvalid
from services.accounts.providers.printing import TEMPLATES, Printer
from services.accounts.rules.addresses import PaymentAddress
from services.accounts.rules.statements import Letterhead

DISCLOSURES = TEMPLATES / "paperless"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """`disclosures` are the texts that a consent may rest on, by version; the last one is in force."""

    name: str
    phone: str
    addresses: tuple[PaymentAddress, ...]
    disclosures: Mapping[str, str]
    secret: bytes
    printer: Printer

    @property
    def letterhead(self) -> Letterhead:
        return Letterhead(name=self.name, phone=self.phone, addresses=self.addresses, versions=tuple(self.disclosures))


def read_disclosures(*, versions: str, name: str, phone: str, folder: Path = DISCLOSURES) -> dict[str, str]:
    """The texts of the versions that a setting names, in its order. Raises SettingsInvalid for one that is missing."""
    listed = [version.strip() for version in versions.split(",") if version.strip()]
    known = {path.stem: path for path in folder.glob("*.txt")}
    missing = [version for version in listed if version not in known]
    if missing or not listed:
        raise SettingsInvalid(
            f"PAPERLESS_VERSIONS: {', '.join(missing) or 'nothing is named'}; there are {', '.join(sorted(known))}."
        )
    return {version: known[version].read_text(encoding="utf-8").format(name=name, phone=phone) for version in listed}
