"""What a state asks when a leased vehicle is bought or returned. Sample policy data: ask counsel before it is used.

Rates are the state's own; counties and cities add theirs, which are not here. No row, no price: nobody guesses a tax.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

SOURCE = "sample policy: statewide rate without local taxes, not verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePolicy:
    """The tax on a purchase and its base, whether end charges are taxed, the title's fee, and who may buy."""

    state: str
    tax_percent: Decimal
    taxes_option_fee: bool
    taxes_end_charges: bool
    title_fee_cents: int
    third_parties_may_buy: bool
    source: str = SOURCE


# State, percent, option fee taxed, end charges taxed, title fee in cents, third parties may buy.
_ROWS = """
AL 2.00 yes no 1800 no | AK 0.00 no no 1500 no | AZ 5.60 yes yes 400 no | AR 6.50 yes yes 1000 no
CA 7.25 yes yes 8500 no | CO 2.90 yes yes 720 no | CT 6.35 yes yes 2500 no | DE 0.00 no no 3500 no
DC 6.00 yes yes 2600 no | FL 6.00 yes yes 7525 yes | GA 7.00 yes no 1800 no | HI 4.00 yes yes 500 no
ID 6.00 yes yes 1400 no | IL 6.25 no no 16500 yes | IN 7.00 yes yes 1500 no | IA 5.00 yes no 2500 no
KS 6.50 yes yes 1000 no | KY 6.00 yes no 900 no | LA 5.00 yes yes 7700 no | ME 5.50 yes yes 3300 no
MD 6.00 yes no 10000 no | MA 6.25 yes yes 7500 no | MI 6.00 yes yes 1500 no | MN 6.50 yes yes 825 no
MS 5.00 yes yes 900 no | MO 4.23 yes no 850 no | MT 0.00 no no 1200 no | NE 5.50 yes yes 1000 no
NV 6.85 yes yes 2825 no | NH 0.00 no no 2500 no | NJ 6.63 yes yes 6000 no | NM 4.00 yes yes 300 no
NY 4.00 yes yes 5000 no | NC 3.00 yes no 5600 no | ND 5.00 yes no 500 no | OH 5.75 yes yes 1500 no
OK 3.25 yes no 1100 no | OR 0.00 no no 10100 no | PA 6.00 yes yes 6700 no | RI 7.00 yes yes 5250 no
SC 5.00 yes no 1500 no | SD 4.20 yes yes 1000 no | TN 7.00 yes yes 1400 no | TX 6.25 yes no 3300 yes
UT 4.85 yes yes 600 no | VT 6.00 yes no 3500 no | VA 4.15 yes no 1500 no | WA 6.50 yes yes 1500 no
WV 6.00 yes no 1500 no | WI 5.00 yes yes 16450 no | WY 4.00 yes yes 1500 no
"""


def state_policy(*, state: str | None) -> StatePolicy | None:
    """The state's row; None where there is none."""
    return POLICIES.get(state or "")


def _policies() -> Mapping[str, StatePolicy]:
    rows = [row.split() for line in _ROWS.strip().splitlines() for row in line.split("|")]
    return {
        state: StatePolicy(
            state=state,
            tax_percent=Decimal(percent),
            taxes_option_fee=option_fee == "yes",
            taxes_end_charges=end_charges == "yes",
            title_fee_cents=int(title),
            third_parties_may_buy=third == "yes",
        )
        for state, percent, option_fee, end_charges, title, third in rows
    }


POLICIES = _policies()
