"""The client: one method per endpoint, answers as dataclasses of ``messages``.

Values in, values out: no company, no storage, no translation, no waiting except the
short repetitions of ``transport``. The methods are in ``endpoints_account`` and
``endpoints_sessions``, the protected call under them in ``calls``.
"""

from .calls import utcnow
from .endpoints_account import AccountEndpoints, LoginEndpoints
from .endpoints_sessions import DocumentEndpoints, SessionEndpoints

__all__ = ["KsefClient", "utcnow"]


class KsefClient(LoginEndpoints, AccountEndpoints, SessionEndpoints, DocumentEndpoints):
    """Calls KSeF in the context of one login.

    :param tokens: an earlier login, if any
    :param transport: default: a new :class:`~.transport.Transport`
    :param relogin: logs in anew when the refresh token is dead
    :param on_tokens: receives every new :class:`~.messages.Tokens` (seal and store!)
    :param clock: returns aware UTC now

    Every protected method raises :class:`~.errors.KsefAuthError` when no login can be
    had or a right is missing, and any other :class:`~.errors.KsefError` that
    ``failures`` names.
    """
