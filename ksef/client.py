"""The client: one method per endpoint, answers as dataclasses of ``messages``.

Values in, values out: no company, no storage, no translation, no waiting except the
short repetitions of ``transport``. The methods are in the modules ``endpoints_…``, the
protected call under them in ``calls``.
"""

from .calls import utcnow
from .endpoints_account import AccountEndpoints, LoginEndpoints
from .endpoints_batch import BatchEndpoints
from .endpoints_collective import CollectiveEndpoints
from .endpoints_inbox import InboxEndpoints
from .endpoints_sessions import DocumentEndpoints, SessionEndpoints

__all__ = ["KsefClient", "utcnow"]


class KsefClient(
    LoginEndpoints,
    AccountEndpoints,
    SessionEndpoints,
    DocumentEndpoints,
    BatchEndpoints,
    InboxEndpoints,
    CollectiveEndpoints,
):
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
