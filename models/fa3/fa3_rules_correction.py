"""Rules about corrections: what they correct must be known, and be enough."""

from odoo.tools import LazyTranslate

from ..common.document_states import NOT_THERE
from ..common.fa3_rule import ERROR, Rule, found
from .fa3_text import cut

_lt = LazyTranslate(__name__)


def _no_origin(source):
    if not source.is_correction:
        return
    known = source.corrected or source.move.l10n_pl_ksef_origin_number
    is_settlement = any(row.is_advance for row in source.rows)
    if not known and not is_settlement:
        yield found(source.move, "l10n_pl_ksef_origin_number")


def _origin_without_date(source):
    move = source.move
    if move.l10n_pl_ksef_origin_number and not move.l10n_pl_ksef_origin_date:
        yield found(move, "l10n_pl_ksef_origin_date")


def _waiting_origins(source):
    """Return the corrected invoices that belong in KSeF and have no number yet."""
    if not source.is_correction:
        return []
    return [
        move
        for move in source.corrected
        if not (move._l10n_pl_ksef_any_number() or move._l10n_pl_ksef_is_outside())
    ]


def _origin_rejected(source):
    for move in _waiting_origins(source):
        if move.l10n_pl_ksef_state in NOT_THERE:
            yield found(move, "l10n_pl_ksef_state", number=move.name)


def _origin_without_number(source):
    for move in _waiting_origins(source):
        if move.l10n_pl_ksef_state not in NOT_THERE:
            yield found(move, "l10n_pl_ksef_number", number=move.name)


def _too_much(source):
    if not source.is_correction or source.move.l10n_pl_ksef_corrected_period:
        return
    for change in (source.changes or {}).values():
        if change.is_too_much:
            yield found(change.line, "quantity", row=cut(change.line.name, 60))


def _other_buyer(source):
    if not source.root:
        return
    was = source.root.buyer_identity
    if source.sent and source.sent.Podmiot2:
        was = was._replace(nip=source.sent.Podmiot2.DaneIdentyfikacyjne.NIP)
    if source.buyer_identity != was:
        yield found(source.move, "partner_id", number=source.root.move.name)


def _nothing_corrected(source):
    if not source.is_correction or source.rows or source.totals.gross:
        return
    if not source.move._l10n_pl_ksef_fa3_changes_parties(source):
        yield found(source.move, "invoice_line_ids")


RULES = (
    Rule(
        ERROR,
        "no_origin",
        _lt(
            "A credit note must say which invoice it corrects: make it from that"
            " invoice, or enter number and date of the corrected invoice."
        ),
        _no_origin,
    ),
    Rule(
        ERROR,
        "origin_without_date",
        _lt("Enter the date of the corrected invoice."),
        _origin_without_date,
    ),
    Rule(
        ERROR,
        "origin_rejected",
        _lt(
            "KSeF rejected the corrected invoice %(number)s, so it was never issued:"
            " mend that invoice and send it again instead of correcting it."
        ),
        _origin_rejected,
    ),
    Rule(
        ERROR,
        "origin_without_number",
        _lt(
            "The corrected invoice %(number)s has no KSeF number yet. Send it first and"
            " wait for its number; if it was issued outside KSeF, mark it so."
        ),
        _origin_without_number,
    ),
    Rule(
        ERROR,
        "too_much",
        _lt(
            "The row “%(row)s” takes away more than is left of it on the corrected"
            " invoice."
        ),
        _too_much,
    ),
    Rule(
        ERROR,
        "other_buyer",
        _lt(
            "The invoice %(number)s is for a buyer with another tax number. A wrong"
            " number is not corrected: correct that invoice to zero and issue a new"
            " one for the right buyer."
        ),
        _other_buyer,
    ),
    Rule(
        ERROR,
        "nothing_corrected",
        _lt("The correction changes nothing: neither amounts nor names or addresses."),
        _nothing_corrected,
    ),
)
