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


class IllegalStep(Exception):
    """A payment was to go where no step leads: a defect of ours, never an answer to a customer."""


def step(status: str, *, to: str) -> str:
    """The new status. Raises IllegalStep unless the table has that step."""
    if to not in STEPS[status]:
        raise IllegalStep(f"a {status} payment cannot become {to}")
    return to
