"""Turns failures into sentences for an accountant: cause, remedy, then KSeF's words.

Facts of an error are plain JSON (``describe``), so that they can be stored and be told
later to each reader in his own language (``tell``). ``explain`` does both at once.
"""

from datetime import datetime, timezone

from odoo import fields
from odoo.tools import format_date

from ...ksef.errors import KsefAuthError, KsefCertificateError, KsefError
from .message_table import ROWS, UNKNOWN_CODE
from .vault import VaultError

#: an error of the vault that travelled as a KsefError (see the gateway)
_SEALING_KEY = "sealing_key"


class _Values(dict):
    """Values of a message; a missing one shows as a dash instead of a KeyError."""

    def __missing__(self, name):
        return "-"


def explain(env, error, **values):
    """Return cause and remedy of ``error`` in the user's language.

    :param error: ``KsefError`` or ``VaultError``
    :param values: further placeholders of the texts, e.g. ``nip``
    """
    return tell(env, describe(error, **values))


def explain_status(env, scope, code, details=(), **values):
    """Return what a stored status code of KSeF means, followed by KSeF's own words.

    :param scope: ``auth | session | invoice | http``
    :param code: number of KSeF or name of an error's class
    :param details: lines of the authority
    """
    return tell(
        env,
        {
            "scope": scope,
            "code": str(code),
            "details": list(details),
            "values": values,
        },
    )


def describe(error, **values):
    """Return the facts of ``error`` as JSON: scope, code, details, values."""
    known = {**getattr(error, "values", {}), **values}
    scope, code = _key(error)
    return {
        "scope": scope,
        "code": code,
        "details": list(_words(error, (scope, code))),
        "values": {name: _plain(value) for name, value in known.items()},
    }


def tell(env, facts):
    """Return the text of :func:`describe`'s facts in the user's language."""
    row = ROWS.get((facts["scope"], facts["code"]), UNKNOWN_CODE)
    values = {name: _shown(env, value) for name, value in facts["values"].items()}
    # Values that are missing show as a dash, which ``env._`` itself cannot do.
    text = env._(row) % _Values(values, code=facts["code"])  # pylint: disable=W8301
    lines = [env._("KSeF: %(words)s", words=words) for words in facts["details"]]
    return "\n".join([text, *lines])


def _key(error):
    """Return the first key of the table that fits, else what names the error best."""
    candidates = list(_candidates(error))
    return next((key for key in candidates if key in ROWS), candidates[0])


def _candidates(error):
    code = str(error.code)
    if isinstance(error, VaultError):
        yield "vault", code
        return
    if code == _SEALING_KEY:
        yield "vault", "sealed_with_other_key"
    if isinstance(error, KsefCertificateError):
        yield "certificate", f"{code}.{error.values.get('found')}"
        yield "certificate", code
    if isinstance(error, KsefAuthError):
        yield "auth", code
    yield "http", code
    if isinstance(error, KsefAuthError):
        yield "reason", error.reason
    for each in type(error).__mro__:
        if issubclass(each, KsefError):
            yield "http", each.__name__


def _words(error, key):
    """Return the authority's lines; our own technical sentence when there are none."""
    details = getattr(error, "details", ())
    if details or key[0] != "http" or not getattr(error, "code", None):
        return details
    return (str(error),)


def _plain(value):
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(timezone.utc).replace(tzinfo=None)
        return {"at": fields.Datetime.to_string(value)}
    return value if isinstance(value, (int, float, str)) else str(value)


def _shown(env, value):
    if isinstance(value, dict):
        at = fields.Datetime.from_string(value["at"])
        return format_date(env, fields.Datetime.context_timestamp(env.user, at))
    return value
