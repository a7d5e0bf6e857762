"""Dates as they stand inside identifiers."""

from __future__ import annotations

from datetime import date

FIRST_YEAR = 1800
"""No customer was born before; GB 11643-1999 itself gives a number of 1880 as its example."""
CENTURIES = range(1900, 2100)


def birth_date(digits: str) -> bool:
    """Whether eight digits `yyyymmdd` are a day of the calendar from 1800 to today."""
    day = _calendar_day(digits)
    return day is not None and day.year >= FIRST_YEAR and day <= date.today()  # noqa: DTZ011 - a birthday has no time zone


def calendar_day(digits: str) -> bool:
    """Whether eight digits `yyyymmdd` are a day of the calendar in the 20th or 21st century."""
    day = _calendar_day(digits)
    return day is not None and day.year in CENTURIES


def _calendar_day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def card_expiry(month: str, year: str) -> bool:
    """Whether month and two-digit year are those of a card (ISO/IEC 7813): from ten years back to twenty ahead."""
    this_year = date.today().year  # noqa: DTZ011 - a month more or less does not matter
    distance = (int(year) - this_year % 100 + 50) % 100 - 50
    return 1 <= int(month) <= 12 and -10 <= distance <= 20  # noqa: PLR2004 - months of a year; the bounds named above
