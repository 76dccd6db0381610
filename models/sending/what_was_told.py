"""What an error of KSeF says, as values of documents and sessions."""

import math
from datetime import timedelta

from odoo import fields

from .request_budget import UNTOLD_SECONDS


def facts(error, scope="http"):
    """Return the document's or session's values that tell of ``error``."""
    return {
        "code_scope": scope,
        "code": str(error.code or type(error).__name__),
        "details": "\n".join(error.details),
    }


def told_of(error):
    """Return the session's values that tell of ``error``."""
    return {k: v for k, v in facts(error).items() if k != "code_scope"}


def after(error):
    """Return when KSeF takes a request again that it refused (naive UTC)."""
    seconds = max(1, error.retry_after or UNTOLD_SECONDS)
    return fields.Datetime.now() + timedelta(seconds=math.ceil(seconds))
