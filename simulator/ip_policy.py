"""The AuthorizationPolicy of a login: which addresses may use its tokens.

Source: ksef-api.md §2.4: ``a.b.c.d``, ``a.b.c.d-a.b.c.d`` and ``a.b.c.d/nn``.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError


def is_policy_entry(text: str) -> bool:
    """Tell whether ``text`` is one of the three forms."""
    try:
        _bounds(text)
    except (AddressValueError, NetmaskValueError, ValueError):
        return False
    return True


def is_allowed(address: str, policy: Iterable[str]) -> bool:
    """Tell whether ``address`` may call; an empty policy lets everyone in."""
    entries = tuple(policy)
    if not entries:
        return True
    try:
        caller = IPv4Address(address)
    except AddressValueError:
        return False
    return any(low <= caller <= high for low, high in map(_bounds, entries))


def _bounds(text: str) -> tuple[IPv4Address, IPv4Address]:
    """Read an entry as its lowest and highest address."""
    if "-" in text:
        low, high = (IPv4Address(part) for part in text.split("-", 1))
        return low, high
    if "/" in text:
        network = IPv4Network(text, strict=False)
        return network[0], network[-1]
    return IPv4Address(text), IPv4Address(text)
