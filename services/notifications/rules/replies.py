"""What a person says by text: STOP, HELP, START, or something for a person to read.

47 CFR 64.1200(a)(10): "stop", "quit", "end", "revoke", "opt out", "cancel" and "unsubscribe" revoke by themselves, and
so do other words where a reasonable person would understand them so. So a text revokes that is nothing but such a word
(with the courtesies around it), or that says in a sentence to stop writing. "Cancel my payment" is neither.
"""

import re
import unicodedata
from enum import StrEnum


class Word(StrEnum):
    """What was said; None of these is a matter for a conversation."""

    STOP = "stop"
    HELP = "help"
    START = "start"


_STOP = frozenset(
    {
        "stop", "stopall", "stop all", "quit", "end", "revoke", "opt out", "optout", "cancel", "cancel all",
        "unsubscribe", "unsubscribe all", "unsub", "remove me", "opt me out", "leave me alone",
        "alto", "parar", "pare", "paren", "para", "parar todo", "detener", "detenga", "detente", "basta", "cancelar",
        "cancele", "cancela", "terminar", "fin", "salir", "baja", "darme de baja", "dar de baja", "deme de baja",
        "desuscribir", "desuscribirme", "desuscribirse", "revocar", "revoco", "no mas", "dejar de recibir",
    }
)  # fmt: skip
_HELP = frozenset({"help", "help me", "info", "ayuda", "informacion", "ayudame"})
_START = frozenset(
    {
        "start", "unstop", "subscribe", "resubscribe", "opt in", "optin", "opt me in",
        "iniciar", "inicio", "empezar", "comenzar", "reanudar", "alta", "suscribir", "suscribirme",
    }
)  # fmt: skip

# What may stand around a word and says nothing.
_COURTESIES = re.compile(
    r"\b(?:please|pls|plz|thanks?|thank you|thx|now|immediately|ok|okay|hi|hello|hey|sorry|right now|asap|this|it|that"
    r"|por favor|porfa|gracias|ya|ahora|hola|buenos dias|buenas tardes|buenas|inmediatamente|esto|eso)\b"
)
_MESSAGES = (
    r"(?:texts?|texting|txts?|messag\w*|msgs?|sms|alerts?|notifications?|reminders?|contacting|spam\w*|bothering"
    r"|writing (?:to )?me|mensajes?|mensajitos|textos?|alertas?|avisos?|notificaciones|recordatorios?)\b"
)
_NOT_BEFORE = r"(?<!\bdo not )(?<!\bdont )(?<!\bnever )(?<!\bcannot )(?<!\bno )"
_ENDING = "stop|quit|end|cancel|discontinue|cease|turn off|no more|no longer want"
_ENDING_IN_SPANISH = "dejen?|paren?|deten(?:er|ga|gan)|cancel(?:ar|e|en|a)|no mas|basta de"
_TELLING = "text|txt|message|msg|contact|write|bother|spam|alert|notify"
_SENTENCES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_NOT_BEFORE}\b(?:{_ENDING})(?: \w+){{0,4}}? {_MESSAGES}",
        rf"\b(?:do not|dont|never)(?: ever)? (?:{_TELLING})(?: to)?(?: (?:me|us|this)\b|$)",
        rf"\b(?:do not|dont|never) (?:want|send|wish)(?: \w+){{0,4}}? {_MESSAGES}",
        r"\b(?:unsubscribe|remove|take|opt) (?:me|us|my number|this number)\b",
        r"\b(?:want|wish|like|need) to (?:opt out|unsubscribe|revoke)\b",
        r"\b(?:revoke|withdraw|withdrawing|revoking) (?:my |any |all )*(?:consent|permission)\b",
        rf"{_NOT_BEFORE}\b(?:{_ENDING_IN_SPANISH})(?: \w+){{0,4}}? {_MESSAGES}",
        rf"\bno (?:quiero|deseo)(?: \w+){{0,3}}? {_MESSAGES}",
        r"\bno (?:me|nos) (?:escrib(?:a|an|as)|mand(?:e|en|es)|envi(?:e|en|es)|contact(?:e|en|es)|texte(?:e|en|es))\b",
        r"\bdejen? de (?:escribirme|mandarme|enviarme|contactarme|textearme)\b",
        r"\b(?:revoco|retiro|quito) (?:mi |el )?(?:consentimiento|permiso)\b",
        r"\b(?:darme|deme|denme) de baja\b",
    )
)
# Who asks whether, when or why messages stop does not ask for it; nor who says that they want them.
_ASKS = re.compile(r"^(?:did|do|does|why|when|how|what|where|who|is|are|was|were|have|has|por que|cuando|como|que)\b")
_CHARACTERS_READ_MAX = 1600


def word_in(body: str) -> Word | None:
    """What a text says; None where a person should read it. Case, accents, marks and courtesies make no difference."""
    plain = _plain(body[:_CHARACTERS_READ_MAX])
    bare = _bare(plain)
    for known, word in ((_STOP, Word.STOP), (_HELP, Word.HELP), (_START, Word.START)):
        if plain in known or bare in known:
            return word
    is_question = "?" in body and _ASKS.match(plain) is not None
    if not is_question and any(sentence.search(plain) for sentence in _SENTENCES):
        return Word.STOP
    return None


def _plain(body: str) -> str:
    """In small letters without accents and marks: "¡Alto!" is "alto", "DON'T" is "dont", "opt-out" is "opt out"."""
    letters = unicodedata.normalize("NFKD", body.casefold())
    kept = "".join(character for character in letters if not unicodedata.combining(character))
    without_apostrophes = re.sub("['’`´]", "", kept)
    return " ".join(re.sub(r"[^\w]+|_", " ", without_apostrophes).split())


def _bare(plain: str) -> str:
    """Without courtesies, and what is said several times said once."""
    words = " ".join(_COURTESIES.sub(" ", plain).split()).split(" ")
    return words[0] if len(set(words)) == 1 else " ".join(words)
