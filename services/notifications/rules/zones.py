"""Which clocks a person may live by: from the state and the postal code that letters go to, never from a number.

49 CFR 71 draws the lines. Where a line runs through the first three digits of a postal code (sectional centers of the
Postal Service), both zones fit; who asks must then be welcome in both.
"""

from collections.abc import Mapping

EASTERN, CENTRAL = "America/New_York", "America/Chicago"
MOUNTAIN, PACIFIC = "America/Denver", "America/Los_Angeles"
ARIZONA, INDIANA, MICHIGAN = "America/Phoenix", "America/Indiana/Indianapolis", "America/Detroit"
ALASKA, ALEUTIANS, HAWAII = "America/Anchorage", "America/Adak", "Pacific/Honolulu"
PUERTO_RICO, GUAM, SAMOA = "America/Puerto_Rico", "Pacific/Guam", "Pacific/Pago_Pago"

# Where nothing is known of a person, a text must be welcome in all of these: the ends of the states, east and west.
UNKNOWN = (PUERTO_RICO, EASTERN, HAWAII)

_PREFIX_DIGITS = 3


def _each(states: str, *zones: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(states.split(), zones)


_STATES: Mapping[str, tuple[str, ...]] = {
    **_each("CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV", EASTERN),
    **_each("AR IA IL LA MN MO MS OK WI", CENTRAL),
    **_each("CO MT NM UT WY", MOUNTAIN),
    **_each("CA WA", PACIFIC),
    **_each("PR VI", PUERTO_RICO),
    **_each("GU MP", GUAM),
    **_each("AL", CENTRAL),
    **_each("AK", ALASKA),
    **_each("AS", SAMOA),
    **_each("AZ", ARIZONA),
    **_each("HI", HAWAII),
    **_each("FL", EASTERN, CENTRAL),
    **_each("ID", MOUNTAIN, PACIFIC),
    **_each("IN", INDIANA, CENTRAL),
    **_each("KS NE ND SD TX", CENTRAL, MOUNTAIN),
    **_each("KY TN", EASTERN, CENTRAL),
    **_each("MI", MICHIGAN, CENTRAL),
    **_each("NV", PACIFIC, MOUNTAIN),
    **_each("OR", PACIFIC, MOUNTAIN),
}


def _ranges(places: str, *zones: str) -> dict[str, tuple[str, ...]]:
    """By prefix; a place is one prefix, or the first and the last of a range."""
    found = {}
    for place in places.split():
        first, _, last = place.partition("-")
        found.update({f"{number:03}": zones for number in range(int(first), int(last or first) + 1)})
    return found


# Within the states that a line divides (and around the edges of some that are whole): what the prefix settles, or that
# it settles nothing. A prefix that is not here leaves all zones of its state.
_PREFIXES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "AK": _ranges("995", ALASKA, ALEUTIANS),
    # Phenix City keeps the time of Columbus, Georgia.
    "AL": _ranges("368", CENTRAL, EASTERN),
    # The Navajo Nation changes its clocks, the rest of Arizona does not.
    "AZ": _ranges("860 864-865", ARIZONA, MOUNTAIN),
    "FL": {**_ranges("320-323 326-349", EASTERN), **_ranges("325", CENTRAL)},
    "ID": {**_ranges("832-834 836-837", MOUNTAIN), **_ranges("838", PACIFIC)},
    "IN": {**_ranges("460-462 467-469 470-474 478", INDIANA), **_ranges("463-464 477", CENTRAL)},
    "KS": _ranges("660-676 679", CENTRAL),
    "KY": {**_ranges("400 402-418", EASTERN), **_ranges("420 422-424", CENTRAL)},
    "MI": _ranges("480-497", MICHIGAN),
    "ND": _ranges("580-584 587", CENTRAL),
    "NE": {**_ranges("680-689", CENTRAL), **_ranges("693", MOUNTAIN)},
    "NV": _ranges("889-897", PACIFIC),
    "OR": _ranges("970-978", PACIFIC),
    "SD": {**_ranges("570-574", CENTRAL), **_ranges("577", MOUNTAIN)},
    "TN": {**_ranges("374 376-379", EASTERN), **_ranges("370-372 375 380-384", CENTRAL)},
    "TX": {**_ranges("733 750-797", CENTRAL), **_ranges("799 885", MOUNTAIN)},
}


def zones_of(*, state: str, postal_code: str) -> tuple[str, ...]:
    """The zones that fit an address, by their IANA names; none where the state is not known (armed forces abroad)."""
    of_state = _STATES.get(state, ())
    return _PREFIXES.get(state, {}).get(postal_code[:_PREFIX_DIGITS], of_state)
