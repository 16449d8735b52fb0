"""The states of a payment and the only steps between them."""

SUBMITTING, UNKNOWN, POSTED, DECLINED = "submitting", "unknown", "posted", "declined"

STEPS: dict[str, frozenset[str]] = {
    SUBMITTING: frozenset({POSTED, DECLINED, UNKNOWN}),
    UNKNOWN: frozenset({POSTED, DECLINED}),
    POSTED: frozenset(),
    DECLINED: frozenset(),
}

OPEN = frozenset({SUBMITTING, UNKNOWN})
"""The processor's answer is still outstanding."""

COUNTED = frozenset({SUBMITTING, UNKNOWN, POSTED})
"""Money that is in, or may yet come in: until it is applied, it counts against what the account can take."""


def states_before(status: str) -> list[str]:
    """The states from which a step leads to that one."""
    return sorted(before for before, after in STEPS.items() if status in after)
