"""One message of each cause, person, channel and template."""

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.rules import causes
from services.notifications.rules.alerts import OCCASIONS
from services.notifications.rules.kinds import Channel

ids = st.uuids().map(str)
causes_of_messages = st.tuples(ids, ids, st.sampled_from(Channel), st.sampled_from(sorted(OCCASIONS)))


def key(parts: tuple[str, str, Channel, str]) -> str:
    cause, addressee, channel, template = parts
    return causes.source_key(cause=cause, addressee=addressee, channel=channel, template=template)


@given(first=causes_of_messages, second=causes_of_messages)
def test_who_differs_in_anything_is_told_apart(
    first: tuple[str, str, Channel, str], second: tuple[str, str, Channel, str]
) -> None:
    mixed = [
        tuple(two if other else one for one, two, other in zip(first, second, choice, strict=True))
        for choice in [(False,) * 4, (True, False, False, False), (False, True, False, False), (True,) * 4]
    ]
    assert [key(one) == key(other) for one in mixed for other in mixed] == [
        one == other for one in mixed for other in mixed
    ]
