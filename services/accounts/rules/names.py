"""Names as they are compared: however they are written, what sounds alike to a clerk on the telephone is alike."""

import unicodedata


def comparable(name: str) -> str:
    """Letters and digits alone, without accents and case: `De la Cruz` is `delacruz`, `O'Brien` is `obrien`."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in decomposed.casefold() if letter.isalnum())
