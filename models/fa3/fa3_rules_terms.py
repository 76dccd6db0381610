"""Rules about what is typed on the KSeF tab: kind, terms, transport, attachment."""

from odoo.tools import LazyTranslate

from ...ksef.fa3 import codes
from ...ksef.identifiers import is_nip
from ..common.fa3_rule import ERROR, WARNING, Rule, found
from .account_move_fa3_attachment import grid
from .account_move_fa3_payment import OTHER
from .account_move_fa3_vehicles import GOODS_TO_THE_EU
from .fa3_row import ADVANCE_KINDS
from .fa3_text import cut

_lt = LazyTranslate(__name__)

_TITLE_LENGTH = 60


def _refund_of_another_kind(source):
    if source.is_refund and source.kind not in codes.CORRECTION_KINDS:
        yield found(source.move, "l10n_pl_ksef_kind", kind=source.kind)


def _pairs_impossible(source):
    if not source.is_correction or source.kind in ADVANCE_KINDS or not source.rows:
        return
    wanted = source.move.l10n_pl_ksef_correction_style == "pairs"
    if wanted and source.changes is None:
        yield found(source.move, "l10n_pl_ksef_correction_style")


def _half_agreed_rate(source):
    move = source.move
    if bool(move.l10n_pl_ksef_agreed_rate) != bool(
        move.l10n_pl_ksef_agreed_currency_id
    ):
        yield found(move, "l10n_pl_ksef_agreed_rate")


def _form_without_words(source):
    move = source.move
    is_other = move.l10n_pl_ksef_payment_form == OTHER
    if is_other and not move.l10n_pl_ksef_payment_words:
        yield found(move, "l10n_pl_ksef_payment_words")


def _transport_without_words(source):
    for each in source.move.l10n_pl_ksef_transport_ids:
        if each.kind == "other" and not each.kind_other:
            yield found(each, "kind_other")
        if each.cargo == "other" and not each.cargo_other:
            yield found(each, "cargo_other")


def _transport_without_address(source):
    for each in source.move.l10n_pl_ksef_transport_ids:
        places = (
            each.carrier_id,
            each.from_partner_id,
            *each.via_partner_ids,
            each.to_partner_id,
        )
        for partner in filter(None, places):
            if not source.facts.address(partner, "PL"):
                yield found(partner, "street", partner=partner.display_name)


def _vehicle_missing(source):
    """Art. 106e(1)(24): the goods of an intra-Community supply of such goods."""
    described = {row.line.id for _record, row in source.vehicles}
    for row in source.goods:
        is_vehicle = row.rate == GOODS_TO_THE_EU and row.product.new_transport
        if is_vehicle and row.line.id not in described:
            title = cut(row.line.name, _TITLE_LENGTH) or row.product.name
            yield found(source.move, "l10n_pl_ksef_vehicle_ids", row=title)


def _vehicle_of_no_row(source):
    sold = {record.id for record, _row in source.vehicles}
    for record in source.move.l10n_pl_ksef_vehicle_ids:
        if record.id not in sold:
            yield found(record, "line_id", make=record.make or "-")


def _vehicle_at_home(source):
    for record, row in source.vehicles:
        if row.rate != GOODS_TO_THE_EU:
            yield found(record, "line_id", row=cut(row.line.name, _TITLE_LENGTH))


def _authorised_party(source):
    partner, _role = source.authorised
    if not partner:
        return
    if not is_nip(source.facts.identity(partner).nip or ""):
        yield found(partner, "vat", partner=partner.display_name)
    elif not source.facts.address(partner, "PL"):
        yield found(partner, "street", partner=partner.display_name)


def _attachment_not_notified(source):
    company = source.company
    blocks = source.move.l10n_pl_ksef_attachment_ids
    if blocks and not company.l10n_pl_ksef_attachments_notified:
        yield found(company, "l10n_pl_ksef_attachments_notified")


def _block_without_facts(source):
    for block in source.move.l10n_pl_ksef_attachment_ids:
        if not block.entry_ids:
            yield found(block, "entry_ids", block=block.title or "-")


def _empty_table(source):
    for block in source.move.l10n_pl_ksef_attachment_ids:
        for table in block.table_ids:
            if len(grid(table.content)) < 1 + 1 + bool(table.has_totals):
                yield found(table, "content", block=block.title or "-")


RULES = (
    Rule(
        ERROR,
        "refund_of_another_kind",
        _lt("A credit note is a correction; it can't be sent as %(kind)s."),
        _refund_of_another_kind,
    ),
    Rule(
        WARNING,
        "pairs_impossible",
        _lt(
            "The rows before and after can't be told, because rows of the correction"
            " belong to none of the corrected invoice: it shows differences."
        ),
        _pairs_impossible,
    ),
    Rule(
        ERROR,
        "half_agreed_rate",
        _lt("An agreed exchange rate needs both the rate and its currency."),
        _half_agreed_rate,
    ),
    Rule(
        ERROR,
        "form_without_words",
        _lt("Describe the other form of payment."),
        _form_without_words,
    ),
    Rule(
        ERROR,
        "transport_without_words",
        _lt("Describe the other means of transport or cargo."),
        _transport_without_words,
    ),
    Rule(
        ERROR,
        "transport_without_address",
        _lt("%(partner)s, named for the transport, needs an address."),
        _transport_without_address,
    ),
    Rule(
        ERROR,
        "vehicle_missing",
        _lt(
            "The row “%(row)s” sells a new means of transport to another EU country:"
            " enter its data on the KSeF tab."
        ),
        _vehicle_missing,
    ),
    Rule(
        ERROR,
        "vehicle_of_no_row",
        _lt("No row of the invoice sells the new means of transport “%(make)s”."),
        _vehicle_of_no_row,
    ),
    Rule(
        WARNING,
        "vehicle_at_home",
        _lt(
            "The row “%(row)s” has the data of a new means of transport, but is no"
            " intra-Community supply."
        ),
        _vehicle_at_home,
    ),
    Rule(
        ERROR,
        "authorised_party",
        _lt("The authorised party %(partner)s needs a valid NIP and an address."),
        _authorised_party,
    ),
    Rule(
        WARNING,
        "attachment_not_notified",
        _lt(
            "KSeF takes invoices with an attachment only after they were notified in"
            " e-Urząd Skarbowy. When that is done, tick it in the settings."
        ),
        _attachment_not_notified,
    ),
    Rule(
        ERROR,
        "block_without_facts",
        _lt("The block “%(block)s” of the attachment needs at least one fact."),
        _block_without_facts,
    ),
    Rule(
        ERROR,
        "empty_table",
        _lt("A table of the block “%(block)s” needs titles and at least one row."),
        _empty_table,
    ),
)
