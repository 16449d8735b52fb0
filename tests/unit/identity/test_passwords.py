"""New passwords: length counts, composition does not, and what is guessed first is refused."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.providers.passwords import BLOCKLIST_FILE, Passwords, read_blocklist
from services.identity.rules.passwords import (
    LENGTH_MAX,
    LENGTH_MIN,
    STRENGTHS,
    normal,
    problem_with,
    squeezed,
    strength_of,
)

BLOCKLIST = read_blocklist(BLOCKLIST_FILE)
CONTEXT = ("dana.whitfield", "dana.whitfield@example.com", "captive", "kia finance")


def code_of(password: str) -> str | None:
    problem = problem_with(normal(password), blocklist=BLOCKLIST, context_words=CONTEXT)
    return problem.code if problem else None


@pytest.mark.parametrize(
    "password",
    [
        "kettle sings low",
        "exactly 15 long",
        "all lower case words without a digit",
        "ALL UPPER CASE WORDS",
        "8402 5517 3396 0218",
        "x" + "ab3 " * 15 + "yz 64 characters w",
        "Zwölf Boxkämpfer im Regen",
        "пароль из нескольких слов",
        "鳥が静かな湖を渡って行く朝の光",
        "🚲🌧️🏔️🎻🦊🍋🧭🪁🎈🔭🪴🧊🥁🪵🛶",
        "   spaces at both ends   ",
        "abc !?#%&/()=+*",
        "'; DROP TABLE users; --",
        "my password is not in your list",
        "kettle\u0301 sings lows",
    ],
)
def test_a_long_password_is_taken_whatever_it_is_made_of(password: str) -> None:
    assert code_of(password) is None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("fourteen chars", "password_too_short"),
        ("Tr0ub4dor&3", "password_too_short"),
        ("", "password_too_short"),
        ("cafe\u0301 " * 2 + "fou", "password_too_short"),
        ("e\u0301" * 14, "password_too_short"),
        ("🚲🌧🏔🎻🦊🍋🧭🪁🎈🔭🪴🧊🥁🪵", "password_too_short"),
        ("a b" * 43, "password_too_long"),
        ("aaaaaaaaaaaaaaa", "password_too_common"),
        ("abcabcabcabcabca", "password_too_common"),
        ("passwordpassword", "password_too_common"),
        ("horse staple horse staple ", "password_too_common"),
        ("1234567890123456", "password_too_common"),
        ("abcdefghijklmnop", "password_too_common"),
        ("ponmlkjihgfedcba", "password_too_common"),
        ("1-2-3-4-5-6-7-8-", "password_too_common"),
        ("QWERTYuiopASDFGH", "password_too_common"),
        ("1qaz2wsx3edc4rfv", "password_too_common"),
        ("correct horse battery staple", "password_too_common"),
        ("Correct-Horse-Battery-Staple!", "password_too_common"),
        ("ThisIsMyPassword", "password_too_common"),
        ("dana.whitfield 1988", "password_too_personal"),
        ("DanaWhitfield#2026", "password_too_personal"),
        ("i pay captive monthly", "password_too_personal"),
        ("my Kia Finance log-in", "password_too_personal"),
        ("mykiafinancelogin", "password_too_personal"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str, code: str) -> None:
    assert code_of(password) == code


@pytest.mark.parametrize("length", [LENGTH_MIN, 64, LENGTH_MAX])
def test_the_limits_are_inside(length: int) -> None:
    words = "kettle sings low while the lamp burns near a window and rain walks over roofs of the old town by the sea "
    assert code_of((words * 2)[:length]) is None


def test_a_short_context_word_does_not_forbid_ordinary_words() -> None:
    assert problem_with("a brand new day for us", blocklist=BLOCKLIST, context_words=("a", "day")) is None


def test_an_empty_context_word_forbids_nothing() -> None:
    assert problem_with("a brand new day for us", blocklist=BLOCKLIST, context_words=("", "...", "....")) is None


def test_the_blocklist_holds_only_what_is_long_enough_to_be_asked_for() -> None:
    lines = [line for line in BLOCKLIST_FILE.read_text().splitlines() if not line.startswith("#")]
    assert len(lines) == len(set(lines)) > 150
    assert [line for line in lines if len(line) < LENGTH_MIN] == []


def test_notes_in_the_blocklist_are_not_passwords(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("# a note\n\nPass Word Pass Phrase\n")
    assert read_blocklist(path) == {"passwordpassphrase"}


@given(st.text(min_size=1, max_size=60))
def test_every_spelling_of_the_same_text_is_one_password(text: str) -> None:
    assert normal(unicodedata.normalize("NFD", text)) == normal(unicodedata.normalize("NFC", text))


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    normal_form = normal(text)
    problem = problem_with(normal_form, blocklist=BLOCKLIST, context_words=CONTEXT)
    assert problem is None or problem.pointer == "/password"
    assert (problem is None) <= (LENGTH_MIN <= len(normal_form) <= LENGTH_MAX)


@given(st.text(alphabet="ab", min_size=1, max_size=8), st.integers(min_value=15, max_value=40))
def test_whatever_repeats_is_refused(unit: str, length: int) -> None:
    assert code_of((unit * length)[:length]) == "password_too_common" or length < 2 * len(unit)


def test_squeezing_keeps_letters_and_digits_of_every_script() -> None:
    assert squeezed("Ärger-im Büro_12!") == "ärgerimbüro12"


class TestHashing:
    def test_keeps_the_parameters_that_owasp_asks_for(self) -> None:
        assert Passwords(brand_words=()).hash("a quiet ferry at dawn").startswith("$argon2id$v=19$m=19456,t=2,p=1$")

    def test_knows_the_right_password_from_all_others(self) -> None:
        passwords = Passwords(brand_words=())
        stored = passwords.hash("a quiet ferry at dawn")
        assert passwords.is_right("a quiet ferry at dawn", stored_hash=stored)
        assert not passwords.is_right("A quiet ferry at dawn", stored_hash=stored)
        assert not passwords.is_right("a quiet ferry at dawn", stored_hash=None)
        assert not passwords.is_right("a quiet ferry at dawn", stored_hash="no hash at all")
        assert stored != passwords.hash("a quiet ferry at dawn")


@pytest.mark.parametrize(
    ("password", "strength"),
    [
        ("ferry lantern orchard nine", "strong"),
        ("ferry ferry ferry ferry ferry", "weak"),
        ("ferry lantern", "weak"),
        ("ferry lantern 92", "fair"),
        ("a", "weak"),
        ("", "weak"),
    ],
)
def test_different_words_make_a_password_strong(password: str, strength: str) -> None:
    assert strength_of(password) == strength


@given(password=st.text(max_size=60), more=st.text(max_size=60))
def test_nothing_that_is_added_behind_a_blank_makes_it_weaker(password: str, more: str) -> None:
    order = [name for name, _ in reversed(STRENGTHS)]
    assert order.index(strength_of(f"{password} {more}")) >= order.index(strength_of(password))
