"""What the company decides about payments, from its settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.payments.rules.card_fees import CardFees, card_fees_of
from services.payments.rules.methods import MethodPolicy
from services.payments.rules.scheduling import SchedulePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    schedule: SchedulePolicy
    methods: MethodPolicy
    card_fees: CardFees


def policy_of(settings: Mapping[str, Any]) -> Policy:
    """The policy that settings spell out. Raises ValueError for a time or a fee that is none, or an unknown zone."""
    try:
        zone = ZoneInfo(settings["COMPANY_TIME_ZONE"])
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"{settings['COMPANY_TIME_ZONE']!r} is no time zone.") from error
    return Policy(
        schedule=SchedulePolicy(
            cut_off=time.fromisoformat(settings["PAYMENT_CUT_OFF"]), zone=zone,
            days_ahead_max=settings["PAYMENT_DAYS_AHEAD_MAX"],
        ),
        methods=MethodPolicy(
            accepts_cards=settings["CARDS_ACCEPTED"], requires_consent=settings["METHOD_CONSENT_REQUIRED"],
            sends_prenotes=settings["PRENOTES"],
        ),
        card_fees=card_fees_of(settings["CARD_FEES"]),
    )  # fmt: skip
