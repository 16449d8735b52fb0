"""Who signed for an account, each by a name of its own: agreement is counted by person, not by role."""

import re
from collections.abc import Collection, Iterable, Mapping

_NUMBER = re.compile(r"_[0-9]+\Z")
PARTY = r"(borrower|co_borrower)(_[0-9]+)?\Z"


def party_names(roles: Iterable[str]) -> list[str]:
    """`borrower`, `co_borrower`; where several have one role, the second of it is `co_borrower_2`, and so on."""
    names: list[str] = []
    for role in sorted(roles):
        number = sum(role_of(name) == role for name in names) + 1
        names.append(role if number == 1 else f"{role}_{number}")
    return names


def role_of(party: str) -> str:
    """The role behind a party's name."""
    return _NUMBER.sub("", party)


def party_of(*, role: str | None, subject: str, parties: Collection[str], spoken: Mapping[str, str]) -> str | None:
    """The party that `subject` speaks for: their own, if they have spoken, else the first of their role that has not.

    `spoken` says by party who has; None where nobody of the role is left to speak, and for whoever is no party.
    """
    of_role = [party for party in parties if role_of(party) == role]
    own = next((party for party in of_role if spoken.get(party) == subject), None)
    return own or next((party for party in of_role if party not in spoken), None)
