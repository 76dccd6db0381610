"""What went wrong below HTTP: no connection, no answer, half an answer.

Used by ``transport`` only. No text of these errors quotes the address, which may be a
capability.
"""

from __future__ import annotations

from collections.abc import Mapping

import requests

from .errors import KsefTransportError

# Never happened at KSeF: no connection was made, or not to it.
_NOT_SENT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.SSLError,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)


def transport_error(
    error: requests.exceptions.RequestException, repeatable: bool
) -> KsefTransportError:
    """Return our error; its text never quotes theirs, which holds the address."""
    arrived = not (isinstance(error, _NOT_SENT) or _never_connected(error))
    if isinstance(error, requests.exceptions.Timeout):
        code, what = "timeout", "did not answer in time"
    elif isinstance(error, requests.exceptions.SSLError):
        code, what = "tls", "could not be reached safely (TLS)"
    elif not arrived:
        code, what = "no_connection", "could not be reached"
    else:
        return cut_connection(repeatable)
    return KsefTransportError(
        f"KSeF {what}.", code=code, outcome_unknown=arrived and not repeatable
    )


def cut_connection(repeatable: bool) -> KsefTransportError:
    """Return the error of a connection that ended too early."""
    return KsefTransportError(
        "KSeF broke off the connection.",
        code="cut_connection",
        outcome_unknown=not repeatable,
    )


def is_cut_short(headers: Mapping[str, str], received: int) -> bool:
    """Tell a body that ended too early; older ``requests`` keeps it to itself.

    :param received: bytes of the body
    """
    length = headers.get("content-length", "")
    if "content-encoding" in headers or not length.isdigit():
        return False
    return received < int(length)


def _never_connected(error: BaseException) -> bool:
    """Look for "no connection was made" (refused, no such host) among the causes."""
    # By name: the class lives in a package below requests, not in requests itself.
    names = [
        kind.__name__
        for cause in error.args
        for kind in type(getattr(cause, "reason", cause)).__mro__
    ]
    return "NewConnectionError" in names
