"""The last checks: structure, official schema, size, over the finished document."""

import re
from functools import cache

from odoo.tools import LazyTranslate
from odoo.tools.misc import file_path

from ...ksef.errors import Fa3Error
from ...ksef.fa3 import build, check, schema
from ...ksef.fa3.text import has_forbidden
from ..common.fa3_rule import ERROR, Problem
from ..common.fa3_sentences import fa3_sentence

_lt = LazyTranslate(__name__)

#: Odoo ships the official schema with its own Polish e-invoicing.
SCHEMA_PATH = "l10n_pl_edi/data/fa3_schema.xsd"
#: KSeF takes no larger file (without attachments), unless it allows a company more.
MAX_BYTES = 1_000_000
#: and none larger than this with an attachment.
MAX_BYTES_WITH_ATTACHMENT = 3_000_000

_WRONG_FIELD = _lt("Field %(path)s of the structured invoice is wrong: %(reason)s")
_TOO_LARGE = _lt(
    "The structured invoice has %(size)s bytes, KSeF takes %(limit)s: split the"
    " invoice."
)
_ROW = re.compile(r"Fa/FaWiersz\[?(\d*)")
#: start of a path in the document -> who is to be mended, and there which field.
_PLACES = (
    ("Podmiot1", lambda source: source.seller, "name"),
    ("Podmiot2/DaneIdentyfikacyjne/N", lambda source: source.buyer, "vat"),
    ("Podmiot2", lambda source: source.buyer, "name"),
    ("Podmiot3", lambda source: source.move, "l10n_pl_ksef_party_ids"),
    ("Fa/Platnosc", lambda source: source.move, "partner_bank_id"),
    ("Fa/P_2", lambda source: source.move, "name"),
    ("Fa/P_1", lambda source: source.move, "invoice_date"),
    ("PodmiotUpowazniony", lambda source: source.authorised[0], "vat"),
    ("Zalacznik", lambda source: source.move, "l10n_pl_ksef_attachment_ids"),
    (
        "Fa/WarunkiTransakcji/Transport",
        lambda source: source.move,
        "l10n_pl_ksef_transport_ids",
    ),
    ("Fa/WarunkiTransakcji", lambda source: source.move, "l10n_pl_ksef_reference_ids"),
    ("Fa/Adnotacje/NoweSrodki", lambda source: source.move, "l10n_pl_ksef_vehicle_ids"),
    ("Fa/Zamowienie", lambda source: source.move, "l10n_pl_ksef_order_row_ids"),
    ("Stopka", lambda source: source.company, "l10n_pl_ksef_footer"),
)


@cache
def schema_path():
    """Return the path of the official schema, or ``None`` where Odoo has none."""
    try:
        return file_path(SCHEMA_PATH)
    except (FileNotFoundError, ValueError):
        return None


def check_document(env, source, invoice):
    """Turn a document into its file, unless something is wrong with it.

    :param env: environment of the user, who reads the sentences
    :return: ``(bytes, [])`` or ``(None, problems)``
    """
    xml, wrong = _write(invoice)
    problems = [_tell(env, source, one) for one in wrong]
    limit = _limit(env, source, invoice, xml or b"")
    if xml and len(xml) > limit:
        # A lazy text takes its values after translation.
        values = {"size": len(xml), "limit": limit}
        text = env._(_TOO_LARGE) % values  # pylint: disable=W8301
        problems.append(_problem("too_large", text, source.move, "invoice_line_ids"))
    return (None, problems) if problems else (xml, [])


def _limit(env, source, invoice, xml):
    """Return how many bytes ``xml`` may have."""
    usual = MAX_BYTES_WITH_ATTACHMENT if invoice.Zalacznik else MAX_BYTES
    # A megabyte is the least that KSeF allows anybody: most are not asked about.
    if len(xml) <= MAX_BYTES:
        return usual
    told = env["l10n_pl_ksef.budget"]._max_bytes(source.company, invoice.Zalacznik)
    return told or usual


def _write(invoice):
    """Return the file and what is wrong with it.

    The official schema judges; our own check, which agrees with it, says what is wrong
    in words, and judges where the schema is not at hand.
    """
    path = schema_path()
    try:
        xml = build(invoice)
        wrong = schema.validate(xml, path) if path else []
    except Fa3Error as error:
        return None, list(error.problems)
    if wrong or not path or has_forbidden(xml.decode()):
        wrong = [one for one in check(invoice) if one.severity == "error"] or wrong
    return xml, wrong


def _tell(env, source, wrong):
    values = {"path": wrong.path, "reason": fa3_sentence(env, wrong)}
    record, field = _place(source, wrong.path)
    text = env._(_WRONG_FIELD) % values  # pylint: disable=W8301
    return _problem(wrong.code, text, record, field)


def _problem(code, text, record, field):
    return Problem(ERROR, code, text, record._name, record.id, field)


def _place(source, path):
    """Return the record and field that a path of the document comes from."""
    row = _ROW.match(path)
    if row and source.rows:
        index = int(row[1] or 1) - 1
        return source.rows[min(index, len(source.rows) - 1)].line, "name"
    for start, record, field in _PLACES:
        if path.startswith(start):
            return record(source), field
    return source.move, "invoice_line_ids"
