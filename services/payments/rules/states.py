"""The states of a payment and the only steps between them."""

SCHEDULED, CANCELLED = "scheduled", "cancelled"
SUBMITTING, UNKNOWN, POSTED, DECLINED = "submitting", "unknown", "posted", "declined"
SETTLED, RETURNED = "settled", "returned"

STEPS: dict[str, frozenset[str]] = {
    SCHEDULED: frozenset({SUBMITTING, CANCELLED}),
    SUBMITTING: frozenset({POSTED, DECLINED, UNKNOWN}),
    UNKNOWN: frozenset({POSTED, DECLINED}),
    POSTED: frozenset({SETTLED, RETURNED}),
    SETTLED: frozenset({RETURNED}),
    # Presented again under the next presentment number, where the return's code allows it.
    RETURNED: frozenset({SUBMITTING}),
    DECLINED: frozenset(),
    CANCELLED: frozenset(),
}

OPEN = frozenset({SUBMITTING, UNKNOWN})
"""The processor's answer is still outstanding."""

CHARGED = frozenset({POSTED, SETTLED})
"""The processor has taken the money, and no bank has taken it back."""

COUNTED = OPEN | CHARGED
"""Money that is in, or may yet come in: until it is applied, it counts against what the account can take."""

TO_COME = COUNTED | {SCHEDULED}
"""What a customer has done to pay, whether its day has come or not: it counts for what is still to be paid."""


class IllegalStep(Exception):
    """A payment was to take a step that the table does not have: a mistake of ours, never a customer's."""


def states_before(status: str) -> list[str]:
    """The states from which a step leads to that one."""
    return sorted(before for before, after in STEPS.items() if status in after)


def step(current: str, following: str) -> str:
    """The following state. Raises IllegalStep unless the table has the step."""
    if following not in STEPS[current]:
        raise IllegalStep(f"A payment that is {current} cannot become {following}.")
    return following
