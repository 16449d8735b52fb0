"""One message of each root cause, person and channel; what is news of its own is told on its own."""

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.rules import causes
from services.notifications.rules.alerts import OCCASIONS
from services.notifications.rules.kinds import Channel

ids = st.uuids().map(str)
chains = st.sampled_from(["payment_returned", "payment_reversed", "schedule_changed"])
others = st.sampled_from(sorted(OCCASIONS.keys() - causes.STRANDS.keys()))


def key(*, template: str, event_id: str, root_id: str | None, account_id: str = "account", person: str = "ada") -> str:
    cause = causes.cause_of(template=template, event_id=event_id, root_id=root_id, account_id=account_id)
    return causes.source_key(cause=cause, addressee=person, channel=Channel.EMAIL, template=template)


@given(first=chains, second=chains, events=st.tuples(ids, ids), root=ids)
def test_a_return_its_reversal_and_what_follows_are_one_message(
    first: str, second: str, events: tuple[str, str], root: str
) -> None:
    assert key(template=first, event_id=events[0], root_id=root) == key(
        template=second, event_id=events[1], root_id=root
    )


@given(template=chains, event=ids, roots=st.lists(ids, min_size=2, max_size=2, unique=True))
def test_two_returns_are_two(template: str, event: str, roots: list[str]) -> None:
    assert len({key(template=template, event_id=event, root_id=root) for root in roots}) == 2


@given(template=chains, event=ids, root=ids)
def test_two_accounts_and_two_people_are_told_each(template: str, event: str, root: str) -> None:
    told = {
        key(template=template, event_id=event, root_id=root, account_id=account, person=person)
        for account in ("one", "other") for person in ("ada", "grace")
    }  # fmt: skip
    assert len(told) == 4


@given(template=others, events=st.lists(ids, min_size=2, max_size=2, unique=True), root=ids)
def test_what_a_day_brings_is_told_event_by_event(template: str, events: list[str], root: str) -> None:
    assert len({key(template=template, event_id=event, root_id=root) for event in events}) == 2


@given(pair=st.lists(others, min_size=2, max_size=2, unique=True), event=ids, root=ids)
def test_two_words_about_one_event_are_two_messages(pair: list[str], event: str, root: str) -> None:
    assert len({key(template=template, event_id=event, root_id=root) for template in pair}) == 2
