"""Invented customers for accounts whose file names nobody: the same account always gets the same people.

No name, number or address belongs to anyone: telephone numbers lie in the 555-01xx range kept free for fiction, mail
addresses in a domain that cannot receive any.
"""

from dataclasses import replace
from hashlib import sha256

from services.accounts.contract.portfolio import PartyRole, PortfolioAccount, PortfolioParty

_FIRST_NAMES = (
    "Ada Amos Beatriz Calvin Carmen Celia Clara Darius Dolores Edith Elias Emil Farah Felix Grace Hector Ines Irene "
    "Isaac Jamal Joan Josefa Kenji Laila Leon Lucia Marcus Mei Milton Nadia Nora Omar Paula Pedro Priya Rosa Ruben "
    "Samuel Silvia Tomas Vera Victor Wanda Yusuf"
)
_LAST_NAMES = (
    "Abbott Acosta Barlow Benitez Caldwell Cardenas Dalton Delgado Ellison Escobar Farley Figueroa Garrity Guzman "
    "Halloran Ibarra Jennings Juarez Kessler Lambert Lozano Maddox Medina Nakamura Norwood Okafor Ortega Pemberton "
    "Quintero Rahman Rosales Sandoval Sheridan Tanaka Trujillo Underwood Vaughn Villalobos Whitaker Zamora"
)
_AREA_CODES = (
    "205 206 210 212 213 214 215 216 303 304 305 312 313 314 316 317 404 405 407 410 412 414 415 501 502 503 504 505 "
    "512 513 515 602 603 605 612 614 615 617 619 702 703 704 706 713 716 718 720 801 802 803 804 808 813 816 818 901 "
    "904 907 913 915 916 918 919"
)


def with_people(account: PortfolioAccount) -> PortfolioAccount:
    """The account with an invented borrower, and a co-borrower where its file reports one; named people stay."""
    if account.parties:
        return account
    people = [invented_person(source_ref=account.source_ref, role="borrower")]
    if account.has_co_borrower:
        people.append(invented_person(source_ref=account.source_ref, role="co_borrower"))
    return replace(account, parties=tuple(people))


def invented_person(*, source_ref: str, role: PartyRole) -> PortfolioParty:
    """One person, fixed by the account and the role."""
    digest = sha256(f"{source_ref}\n{role}".encode()).digest()
    first = _picked(_FIRST_NAMES, by=digest[0:2])
    last = _picked(_LAST_NAMES, by=digest[2:4])
    return PortfolioParty(
        first_name=first,
        last_name=last,
        ssn_last4=f"{int.from_bytes(digest[6:8]) % 9999 + 1:04d}",
        phone=f"+1{_picked(_AREA_CODES, by=digest[4:6])}55501{digest[8] % 100:02d}",
        sms_consent=digest[9] % 4 != 0,
        email=f"{first}.{last}.{digest[10:14].hex()}@example.com".lower(),
        role=role,
    )


def _picked(words: str, *, by: bytes) -> str:
    choices = words.split()
    return choices[int.from_bytes(by) % len(choices)]
