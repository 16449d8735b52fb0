"""What a person says by text is heeded in both languages, in any case, in a word or a sentence; the rest is read."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.rules.replies import Word, word_in

# Those that 47 CFR 64.1200(a)(10) names, and what people write in Spanish.
WORDS = (
    "stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe", "stopall", "optout",
    "alto", "parar", "pare", "cancelar", "cancele", "terminar", "fin", "baja", "salir", "detener", "revocar", "no más",
)  # fmt: skip
SENTENCES = (
    "please stop texting me", "Stop sending me these messages", "Do not text me again", "don't text me",
    "Don’t message me anymore", "no more texts", "I want to opt out", "I revoke my consent", "take me off your list",
    "I no longer want these alerts", "cancel all text alerts", "quit texting me", "Unsubscribe me please", "stop it",
    "Please do not contact me", "STOP STOP STOP", "Stop now!", "Cancelar mensajes", "NO MAS mensajes",
    "¡Alto, por favor!",
    "no quiero recibir más mensajes", "dejen de mandarme mensajes", "Deje de enviarme textos", "no me escriban más",
    "Revoco mi consentimiento", "quiero darme de baja", "por favor no me envíen más alertas", "Ya no quiero mensajes",
)  # fmt: skip
FOR_A_PERSON = (
    "Cancel my payment", "stop my autopay please", "When does my lease end?", "Can I cancel my extension?",
    "I will stop by the dealer", "Do you text me before the due date?", "why did the alerts stop?", "para mi cuenta",
    "el pago es para mañana", "Thanks", "ok", "yes", "what is my balance?", "No puedo pagar hoy", "cancelar mi pago",
    "no recibí el mensaje de confirmación", "I did not get your message", "I don't understand this message",
    "please send me the payoff", "do not cancel my texts", "keep texting me", "no entiendo este mensaje",
    "I quit my job and cannot pay", "I never got your text", "no me enviaron el código", "", "   ", "👍",
)  # fmt: skip


SHAPES = (str.lower, str.upper, str.title, str.capitalize, str.swapcase)
BEFORE = ("", " ", "Please ", "¡", "Por favor, ", '"')
AFTER = ("", ".", "!!!", " please", " por favor", " now", "\n", '"', " gracias")


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_the_rule_stops_in_any_case_and_with_any_courtesy(word: str) -> None:
    for shape, before, after in itertools.product(SHAPES, BEFORE, AFTER):
        assert word_in(f"{before}{shape(word)}{after}") is Word.STOP


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_that_asks_us_to_stop_writing_stops(sentence: str) -> None:
    assert word_in(sentence) is Word.STOP
    assert word_in(sentence.upper()) is Word.STOP


@pytest.mark.parametrize("text", FOR_A_PERSON)
def test_what_is_about_something_else_is_read_by_a_person(text: str) -> None:
    assert word_in(text) is None


@pytest.mark.parametrize("text", ["HELP", "help!", "Info", "AYUDA", "ayuda por favor", "información"])
def test_help_is_asked_for_in_both_languages(text: str) -> None:
    assert word_in(text) is Word.HELP


@pytest.mark.parametrize("text", ["START", "start please", "Unstop", "opt in", "INICIAR", "alta", "Comenzar"])
def test_texts_are_asked_for_again_in_both_languages(text: str) -> None:
    assert word_in(text) is Word.START


@given(st.text(max_size=2000))
def test_whatever_is_written_is_read_without_harm(body: str) -> None:
    assert word_in(body) in (None, *Word)
