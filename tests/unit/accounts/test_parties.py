"""Agreement is counted by person: everybody who signed has a name of their own, and speaks for nobody else."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.accounts.contract.parties import party_names, party_of, role_of

ROLES = st.lists(st.sampled_from(["borrower", "co_borrower"]), min_size=1, max_size=6)


def test_the_second_of_a_role_has_a_number() -> None:
    assert party_names(["co_borrower", "borrower", "co_borrower", "co_borrower"]) == [
        "borrower", "co_borrower", "co_borrower_2", "co_borrower_3",
    ]  # fmt: skip


@given(ROLES)
def test_names_are_as_many_as_persons_and_say_the_role(roles: list[str]) -> None:
    names = party_names(roles)
    assert len(set(names)) == len(roles)
    assert [role_of(name) for name in names] == sorted(roles)


@given(roles=ROLES, order=st.randoms())
def test_everybody_has_spoken_when_every_person_has_and_not_before(roles: list[str], order: Random) -> None:
    parties, spoken = party_names(roles), dict[str, str]()
    persons = list(enumerate(roles))
    order.shuffle(persons)
    for number, role in persons:
        assert set(spoken) != set(parties)
        for _ in range(2):
            party = party_of(role=role, subject=f"user {number}", parties=parties, spoken=spoken)
            assert party is not None
            spoken[party] = f"user {number}"
    assert set(spoken) == set(parties)
    assert len(set(spoken.values())) == len(roles)


def test_who_is_one_too_many_or_has_no_part_speaks_for_nobody() -> None:
    parties = ["borrower", "co_borrower"]
    spoken = {"co_borrower": "Sam"}
    for role, subject in (("co_borrower", "Alex"), ("guarantor", "Kim"), (None, "an agent")):
        assert party_of(role=role, subject=subject, parties=parties, spoken=spoken) is None
    assert party_of(role="borrower", subject="Sam", parties=parties, spoken=spoken) == "borrower"
