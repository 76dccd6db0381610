"""Moments as the ORM keeps them."""

from datetime import timezone


def naive(moment):
    """Return ``moment`` (aware or ``None``) as the ORM keeps it: naive UTC, seconds."""
    if not moment:
        return False
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
