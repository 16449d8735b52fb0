"""What may become of a message, of a name, of a text."""

import itertools

import pytest

from services.notifications.contract.schemas import SECURE_TEMPLATES
from services.notifications.rules.alerts import OCCASIONS
from services.notifications.rules.causes import source_key
from services.notifications.rules.kinds import Channel, Kind
from services.notifications.rules.states import HOLDING_WORDS, STEPS, IllegalStep, State, is_news, step
from services.notifications.rules.writing import fits_one_text, greeting_name

VENDORS_WORDS = (State.SENT, State.DELIVERED, State.FAILED, State.SUPPRESSED)

LEGAL = {
    ("queued", "sending"),
    ("queued", "suppressed"),
    ("queued", "sent"),
    ("queued", "delivered"),
    ("queued", "failed"),
    ("sending", "queued"),
    ("sending", "sent"),
    ("sending", "delivered"),
    ("sending", "failed"),
    ("sending", "suppressed"),
    ("sending", "unknown"),
    ("unknown", "sent"),
    ("unknown", "delivered"),
    ("unknown", "failed"),
    ("unknown", "suppressed"),
    ("sent", "delivered"),
    ("sent", "failed"),
    ("sent", "suppressed"),
    ("delivered", "failed"),
}


@pytest.mark.parametrize(("current", "following"), list(itertools.product(State, State)))
def test_a_step_is_taken_or_raises(current: State, following: State) -> None:
    if (current, following) in LEGAL:
        assert step(current, following) is following
    else:
        with pytest.raises(IllegalStep, match=f"{current} cannot become {following}"):
            step(current, following)


def test_what_nobody_knows_is_never_sent_again() -> None:
    reachable = set(STEPS[State.UNKNOWN])
    for _ in State:
        reachable |= {following for state in reachable for following in STEPS[state]}
    assert not reachable & HOLDING_WORDS


@pytest.mark.parametrize("said", list(itertools.product(VENDORS_WORDS[:3], repeat=3)))
@pytest.mark.parametrize("begun", [State.QUEUED, State.SENDING, State.UNKNOWN])
def test_a_vendors_words_end_alike_in_whatever_order_and_however_often_they_come(
    begun: State, said: tuple[State, ...]
) -> None:
    current = begun
    for word in said:
        current = step(current, word) if is_news(current, word) else current

    assert current is max(said, key=VENDORS_WORDS.index)


def test_what_leads_there_by_steps_leads_there_at_once() -> None:
    for begun, middle, last in itertools.product(State, VENDORS_WORDS, VENDORS_WORDS):
        if is_news(begun, middle) and is_news(middle, last):
            assert is_news(begun, last), (begun, middle, last)


def test_secret_links_are_a_matter_of_security() -> None:
    assert {OCCASIONS[template].kind for template in SECURE_TEMPLATES} == {Kind.SECURITY}


def test_a_message_is_the_only_one_of_its_cause_addressee_channel_and_words() -> None:
    parts = [("cause", "c"), ("addressee", "a"), ("channel", Channel.SMS), ("template", "t")]
    same = {"cause": "C", "addressee": "A", "channel": Channel.EMAIL, "template": "T"}
    keys = {source_key(**{**same, name: value}) for name, value in parts} | {source_key(**same)}  # type: ignore[arg-type]
    assert len(keys) == 5


@pytest.mark.parametrize(
    ("first_name", "greeting"),
    [
        ("Ada", "Ada"),
        ("  Mary   Ann ", "Mary Ann"),
        ("Jean-Luc", "Jean-Luc"),
        ("D'Arcy", "D'Arcy"),
        ("O’Neil", "O’Neil"),
        ("J. R.", "J. R."),
        ("José", "José"),
        ("Zoë", "Zoë"),
        ("美咲", "美咲"),
        ("", None),
        ("evil.example", None),
        ("see www.evil.example", None),
        ("https://evil.example", None),
        ("<b>Ada</b>", None),
        ("Ada & Co", None),
        ("Ada\r\nBcc: eve", None),
        ("{{ 7 * 7 }}", None),
        ("Ada 2", None),
        ("A" * 41, None),
        ("..", None),
    ],
)
def test_only_what_is_plainly_a_name_is_greeted(first_name: str, greeting: str | None) -> None:
    assert greeting_name(first_name) == greeting


@pytest.mark.parametrize(
    ("body", "fits"),
    [
        ("x" * 160, True),
        ("x" * 161, False),
        ("é$@Ω" * 40, True),
        ("€" * 80, True),
        ("€" * 81, False),
        ("x" * 159 + "[", False),
        ("We’re here", False),
        ("Pago recibido ✓", False),
        ("", True),
    ],
)
def test_one_text_holds_160_units_of_the_gsm_alphabet(body: str, fits: bool) -> None:
    assert fits_one_text(body) is fits
