"""When to try again."""

from datetime import timedelta

from odoo import fields

#: minutes until the next attempt, by number of attempts made.
BACKOFF_MINUTES = (1, 2, 5, 10, 15, 30, 60)


def backoff(attempts):
    """Return the UTC time of the next attempt after ``attempts`` (1, 2, …) of them."""
    minutes = BACKOFF_MINUTES[min(max(attempts, 1), len(BACKOFF_MINUTES)) - 1]
    return fields.Datetime.now() + timedelta(minutes=minutes)
