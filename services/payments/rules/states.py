"""The states of a payment and the only steps between them."""

SUBMITTING, UNKNOWN, POSTED, DECLINED = "submitting", "unknown", "posted", "declined"
SETTLED, RETURNED = "settled", "returned"

STEPS: dict[str, frozenset[str]] = {
    SUBMITTING: frozenset({POSTED, DECLINED, UNKNOWN}),
    UNKNOWN: frozenset({POSTED, DECLINED}),
    POSTED: frozenset({SETTLED, RETURNED}),
    SETTLED: frozenset({RETURNED}),
    # Presented again under the next presentment number, where the return's code allows it.
    RETURNED: frozenset({SUBMITTING}),
    DECLINED: frozenset(),
}

OPEN = frozenset({SUBMITTING, UNKNOWN})
"""The processor's answer is still outstanding."""

CHARGED = frozenset({POSTED, SETTLED})
"""The processor has taken the money, and no bank has taken it back."""

COUNTED = OPEN | CHARGED
"""Money that is in, or may yet come in: until it is applied, it counts against what the account can take."""


def states_before(status: str) -> list[str]:
    """The states from which a step leads to that one."""
    return sorted(before for before, after in STEPS.items() if status in after)
