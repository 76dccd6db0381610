"""Which day it is for KSeF: the calendar of Warsaw, never the server's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .calls import utcnow


def today_in_warsaw(clock: Callable[[], datetime] = utcnow) -> date:
    """Return today's date in Poland.

    :param clock: returns aware now
    """
    return clock().astimezone(ZoneInfo("Europe/Warsaw")).date()
