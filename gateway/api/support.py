"""How to reach a person; for everybody, signed in or not. All of it is configured; nobody has to be asked."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from chassis.settings import Settings
from gateway.api.conversations import PATH as LIVE_CHAT
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import SupportContact
from services.notifications.contract.hours import WEEKDAYS, Hours, hours_of

NOTE = "Write your account number on the check."
LINES = ";"
HOLIDAYS_SHOWN_DAYS = 60


@route(
    "GET", "/v1/support/contact", operation="getSupportContact", tags=("support",), has_etag=True,
    gives=SupportContact, summary="Telephone, e-mail, hours and postal addresses",
    example={
        "company": "Kia Finance America", "phone": "1-855-885-7600", "email": None, "live_chat": LIVE_CHAT,
        "hours": {
            "is_open": False, "opens_at": "2026-11-30T14:00:00.000Z", "closes_at": None,
            "time_zone": "America/Chicago", "closed_on": ["2026-12-25", "2027-01-01", "2027-01-18"],
            "days": [
                {"day": "mon", "opens": "08:00", "closes": "20:00"},
                {"day": "sat", "opens": "09:00", "closes": "16:00"},
            ],
        },
        "mail_to": {
            "regular": ["Kia Finance America", "P.O. Box 650805", "Dallas, TX 75265-0805"],
            "overnight": [
                "Kia Finance America", "Box 650805", "1501 North Plano Rd., Suite 100", "Richardson, TX 75081",
            ],
            "payoff": ["Kia Finance America", "P.O. Box 650805", "Dallas, TX 75265-0805"],
            "insurance": None, "title": None,
        },
        "note": NOTE,
    },
)  # fmt: skip
def get_support_contact(call: HttpCall) -> Reply:
    settings = call.house.settings
    hours = _hours(settings["SUPPORT_HOURS"], settings["COMPANY_TIME_ZONE"], settings["SUPPORT_CLOSED_ON"])
    return Reply(
        {
            "company": settings["BRAND_NAME"],
            "phone": settings["BRAND_PHONE"],
            "email": settings["SUPPORT_EMAIL"] or None,
            "live_chat": LIVE_CHAT,
            "hours": _shown(hours, now=call.house.clock.now()),
            "mail_to": _addresses(settings),
            "note": NOTE,
        }
    )


@lru_cache(maxsize=4)
def _hours(text: str, zone_name: str, closed_on: str) -> Hours:
    return hours_of(text, zone_name=zone_name, closed_on=closed_on)


def _shown(hours: Hours, *, now: datetime) -> Mapping[str, Any]:
    closes_at, opens_at = hours.closes_at(now=now), hours.opens_at(now=now)
    days = [
        {"day": WEEKDAYS[weekday], "opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"}
        for weekday, (opens, closes) in sorted(hours.by_weekday.items())
    ]
    closed_on = [day.isoformat() for day in hours.closed_days(now=now, days=HOLIDAYS_SHOWN_DAYS)]
    return {
        "is_open": closes_at is not None, "opens_at": _instant(opens_at), "closes_at": _instant(closes_at),
        "time_zone": hours.zone.key, "days": days, "closed_on": closed_on,
    }  # fmt: skip


def _addresses(settings: Settings) -> Mapping[str, Any]:
    names = ("regular", "overnight", "payoff", "insurance", "title")
    return {name: _lines(settings[f"SUPPORT_MAIL_{name.upper()}"]) or None for name in names}


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _lines(address: str) -> list[str]:
    return [line.strip() for line in address.split(LINES) if line.strip()]


ROUTES = (get_support_contact,)
