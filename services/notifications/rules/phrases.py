"""Sentences of our services in other languages: an event brings them in English, with a code that stands for each.

Legal words that a customer agreed to are not put into another language: they are shown as they were agreed to.
"""

import re
from collections.abc import Mapping
from datetime import date

# What is said of a code that has no words of its own here.
OTHER = ""

_PAY_OTHERWISE = "Por favor pague con otro método."
_PAY_OR_CALL = "Por favor pague con otro método, o llámenos."
_COSTS_NOTHING = "No le cuesta nada. Lo estamos revisando."

# The groups of ACH return codes (payments.rules.returns), each with why and with what comes next.
_RETURNS: tuple[tuple[str, str, str], ...] = (
    ("R01 R09", "no había suficiente dinero en la cuenta", _PAY_OTHERWISE),
    ("R02", "la cuenta está cerrada", "Por favor agregue otra cuenta bancaria o tarjeta, y pague con ella."),
    (
        "R03 R04", "el banco no encuentra una cuenta con estos números",
        "Por favor revise los números, agregue la cuenta de nuevo y pague.",
    ),
    (
        "R13 R20", "la cuenta no admite cobros",
        "Por favor agregue una cuenta de cheques o una tarjeta, y pague con ella.",
    ),
    (
        "R05 R07 R10 R29 R51", "el titular de la cuenta dijo al banco que no autorizó el cobro",
        "No cobraremos más de esta cuenta. Por favor llámenos, o pague con otro método.",
    ),
    (
        "R11", "el banco dice que el cobro no se ajustó a lo autorizado",
        f"Puede ser un error nuestro. {_COSTS_NOTHING}",
    ),
    ("R08 R38 R52", "el pago se detuvo en el banco", _PAY_OR_CALL),
    ("R14 R15", "el banco dice que su titular ya no puede usar la cuenta", "Por favor llámenos."),
    ("R16", "la cuenta está congelada", _PAY_OR_CALL),
    ("R06 R31", "nuestro propio banco lo pidió de vuelta", _COSTS_NOTHING),
    ("R24 R37 R53", "el banco lo tomó por un segundo cobro del mismo pago", _COSTS_NOTHING),
    (
        "R12 R17 R18 R19 R21 R22 R25 R26 R27 R28", "el banco no pudo procesar el cobro como se envió",
        f"{_COSTS_NOTHING} Le avisaremos.",
    ),
    (
        "dispute_lost", "el banco de la tarjeta decidió la disputa en nuestra contra",
        "Lo que se había pagado se debe otra vez. Por favor llámenos.",
    ),
)  # fmt: skip

_REASONS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "es": {
        "payment_cancelled": {
            "by_customer": "Usted lo canceló.",
            "payment_method_removed": "Se quitó su método de pago. Pague con otro.",
            "nothing_left_to_pay": "No quedaba nada por pagar cuando llegó su día. No hace falta ningún pago.",
            "more_than_is_left": "Era más de lo que la cuenta podía recibir. Vea cuánto queda y pague eso.",
            OTHER: "No se pudo hacer. Llámenos.",
        },
        "payment_declined": {
            "insufficient_funds": "No había suficiente dinero o crédito. Use un monto menor u otro método.",
            "account_closed": "El banco dice que esta cuenta está cerrada. Use otro método.",
            "account_not_found": "El banco no encuentra esta cuenta. Revise los números y agréguela de nuevo.",
            "expired_card": "La tarjeta venció. Agregue una tarjeta vigente.",
            "lost_or_stolen": "La tarjeta fue reportada como perdida o robada. Use otro método.",
            "limit_exceeded": "El monto supera el límite. Use un monto menor o llame al banco.",
            "method_refused": "No se puede cobrar a esta tarjeta o cuenta. Agréguela de nuevo o use otra.",
            "not_charged": "La red del banco no respondió, y comprobamos que no se cobró nada. Pague de nuevo.",
            OTHER: "El banco lo rechazó sin dar un motivo. Llame al banco o use otro método.",
        },
        "payment_returned": {
            **{code: why for codes, why, _ in _RETURNS for code in codes.split()},
            OTHER: "el banco lo devolvió",
        },
        "next_step": {
            **{code: following for codes, _, following in _RETURNS for code in codes.split()},
            OTHER: _PAY_OR_CALL,
        },
        "autopay": {
            "deferment": "Sus cuotas se aplazaron. Sigue por sí solo con la primera cuota después de eso.",
            "payment_method_removed": "Se quitó el método de pago. Elija otro para activarlo de nuevo.",
            "draft_declined": "El último cobro fue rechazado y no se cobró nada. Pague esta cuota y actívelo de nuevo.",
            "payment_returned": "Su banco devolvió un pago. Cuando esté resuelto, actívelo de nuevo.",
            "by_customer": "Usted lo canceló.",
            "charged_off": "La cuenta pasó a pérdida, así que no se cobra nada por sí solo. Llámenos.",
            "bankruptcy": "Supimos de una quiebra, así que no se cobra nada por sí solo y no le pedimos nada.",
            "deceased": "Supimos de un fallecimiento, así que no se cobra nada por sí solo. Llámenos, por favor.",
            "account_finished": "La cuenta ya no está abierta, así que no se cobra nada más.",
            OTHER: "Llámenos y le diremos por qué.",
        },
        "quote_withdrawn": {
            "drift_beyond_limit": "Se debe más de lo que le dijimos. Pida otra cotización antes de pagar.",
            "counted_payment_returned": (
                "El banco devolvió un pago que esta cotización contaba. Pida otra antes de pagar."
            ),
            OTHER: "Pida otra cotización antes de pagar.",
        },
    },
}

_TRANSLATED: Mapping[str, Mapping[str, str]] = {
    "es": {
        "your e-mail address": "su correo electrónico",
        "your telephone number": "su número de teléfono",
        "an app for codes was added as a second factor.": "se agregó una aplicación de códigos como segundo factor.",
        "an app for codes was removed as a second factor.": "se quitó una aplicación de códigos como segundo factor.",
        "codes by text was added as a second factor.": "se agregaron códigos por mensaje como segundo factor.",
        "codes by text was removed as a second factor.": "se quitaron los códigos por mensaje como segundo factor.",
        "a recovery code was used in place of the second factor.": (
            "se usó un código de recuperación en lugar del segundo factor."
        ),
        "new recovery codes were made, and the ones before them are worth nothing.": (
            "se crearon nuevos códigos de recuperación, y los anteriores ya no valen."
        ),
        "a passkey was added.": "se agregó una llave de acceso.",
        "a passkey was removed.": "se quitó una llave de acceso.",
    },
}
# What identity says first when a change was decided; the change itself stays in the words of who asked for it.
_DECIDED: Mapping[str, Mapping[str, str]] = {
    "es": {
        "Everybody has agreed, and it is made.": "Todos aceptaron, y está hecho.",
        "It was declined, so nothing has changed.": "Fue rechazado, así que nada cambió.",
        "Not everybody agreed in time, so nothing has changed.": "No todos aceptaron a tiempo, así que nada cambió.",
    },
}
_LEASE_GOES_ON = re.compile(r"your lease to go on through (\d{4}-\d{2}-\d{2})\.")

_MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip


def reason(code: str, *, topic: str, language: str) -> str:
    """The sentence that a code stands for; the topic's general one where the code has none of its own."""
    sentences = _REASONS[language][topic]
    return sentences.get(code, sentences[OTHER])


def translated(sentence: str, *, language: str) -> str:
    """A sentence that identity wrote in English; as it is where nobody has put it into that language."""
    lease = _LEASE_GOES_ON.fullmatch(sentence)
    if lease and language == "es":
        until = long_date(date.fromisoformat(lease.group(1)), language=language)
        return f"que su arrendamiento siga hasta el {until}."
    for decided, other in _DECIDED.get(language, {}).items():
        if sentence.startswith(decided):
            return f"{other}{sentence.removeprefix(decided)}"
    return _TRANSLATED.get(language, {}).get(sentence, sentence)


def long_date(day: date, *, language: str) -> str:
    """`November 3, 2026` or `3 de noviembre de 2026`."""
    month = _MONTHS[language][day.month - 1]
    return f"{day.day} de {month} de {day.year}" if language == "es" else f"{month} {day.day}, {day.year}"


def short_date(day: date, *, language: str) -> str:
    """`Nov 3` or `3 nov`, for texts."""
    month = _MONTHS[language][day.month - 1][:3]
    return f"{day.day} {month}" if language == "es" else f"{month} {day.day}"
