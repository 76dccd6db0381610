"""An invoice as KSeF gave it to us: the bytes and what KSeF says of them.

Stored and committed before anything is made of it, and never deleted. What becomes of
it is in ``inbound_booking``; the buttons are in ``inbound_actions``. Nobody writes
these rows but named methods.
"""

import base64
import json
import logging
from dataclasses import asdict
from datetime import timezone
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef.crypto import sha256_base64
from ...ksef.identifiers import normalize_nip
from ...ksef.messages_inbox import InvoiceMetadata
from ..common.moments import naive
from ..policy.res_company_policy import WARSAW
from .inbound_states import BUYER, NEW, OPEN, ROLES, SELLER, STATES, TRANSITIONS

_logger = logging.getLogger(__name__)


class Received(NamedTuple):
    """One invoice on its way into the table.

    :ivar content: the XML, byte for byte
    :ivar metadata: ``None``: KSeF gave none that could be read
    :ivar metadata_json: the record as KSeF wrote it, where it came in a package
    """

    ksef_number: str
    content: bytes
    metadata: InvoiceMetadata | None
    metadata_json: str | None = None


class Inbound(models.Model):
    _name = "l10n_pl_ksef.inbound"
    _description = "Invoice received through KSeF"
    _inherit = ["l10n_pl_ksef.one.writer", "mail.thread", "mail.activity.mixin"]
    _order = "acquired_at desc, id desc"
    _rec_name = "invoice_number"
    _transitions = TRANSITIONS

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    state = fields.Selection(STATES, default=NEW, required=True, readonly=True)
    role = fields.Selection(ROLES, "We are", required=True, readonly=True)
    environment = fields.Char(readonly=True, export_string_translation=False)
    ksef_number = fields.Char("KSeF number", required=True, readonly=True)
    invoice_number = fields.Char("Number", readonly=True, index="trigram")
    invoice_type = fields.Char("Kind", readonly=True)
    seller_nip = fields.Char("Supplier's NIP", readonly=True, index=True)
    seller_name = fields.Char("Supplier", readonly=True)
    buyer_name = fields.Char("Buyer", readonly=True)
    buyer_identifier = fields.Char("Buyer's number", readonly=True)
    issue_date = fields.Date("Issued", readonly=True)
    supply_date = fields.Date("Date of supply", readonly=True)
    acquired_at = fields.Datetime(
        "KSeF number given",
        readonly=True,
        help="From then on the invoice counts as received.",
    )
    received_date = fields.Date(
        "Received",
        compute="_compute_received_date",
        store=True,
        help="The day of the KSeF number in Poland: from its period on VAT can be"
        " deducted.",
    )
    stored_at = fields.Datetime("Stored by KSeF", readonly=True)
    fetched_at = fields.Datetime("Fetched", default=fields.Datetime.now, readonly=True)
    currency_code = fields.Char(readonly=True, export_string_translation=False)
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True
    )
    net_amount = fields.Monetary("Net", readonly=True)
    vat_amount = fields.Float(
        "VAT in PLN", digits=(16, 2), readonly=True, aggregator="sum"
    )
    gross_amount = fields.Monetary("Gross", readonly=True)
    payment_form = fields.Char("Form of payment", readonly=True)
    due_date = fields.Date("Due date", readonly=True)
    orders = fields.Char("Order numbers", readonly=True)
    content = fields.Text("Rows and remarks", readonly=True)
    has_attachment = fields.Boolean("With attachment", readonly=True)
    is_offline = fields.Boolean("Issued offline", readonly=True)
    xml = fields.Binary("FA(3)", attachment=True, readonly=True)
    xml_name = fields.Char(compute="_compute_xml_name")
    xml_hash = fields.Char(
        "SHA-256 (Base64)", readonly=True, export_string_translation=False
    )
    xml_size = fields.Integer("Size (bytes)", readonly=True)
    is_hash_wrong = fields.Boolean(
        "Differs from KSeF's hash",
        readonly=True,
        help="The file is not the one that KSeF tells the hash of.",
    )
    metadata = fields.Text(
        "Metadata of KSeF", readonly=True, export_string_translation=False
    )
    move_id = fields.Many2one(
        "account.move",
        "Bill",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    bill_state = fields.Selection(
        related="move_id.state", string="State of the bill", tracking=False
    )
    reason = fields.Text(readonly=True)
    is_read = fields.Boolean(readonly=True, export_string_translation=False)

    _ksef_number_once = models.UniqueIndex(
        "(company_id, upper(ksef_number))", "This KSeF number is already in the inbox."
    )
    _state_index = models.Index("(company_id, state)")
    _unread_index = models.Index("(id) WHERE is_read IS NOT TRUE")

    @api.depends("acquired_at")
    def _compute_received_date(self):
        for inbound in self:
            moment = inbound.acquired_at
            inbound.received_date = (
                moment and moment.replace(tzinfo=timezone.utc).astimezone(WARSAW).date()
            )

    @api.depends("currency_code")
    def _compute_currency_id(self):
        model = self.env["res.currency"].with_context(active_test=False)
        found = model.search([("name", "in", self.mapped("currency_code"))])
        by_code = {currency.name: currency for currency in found}
        for inbound in self:
            inbound.currency_id = by_code.get(inbound.currency_code)

    @api.depends("ksef_number")
    def _compute_xml_name(self):
        for inbound in self:
            inbound.xml_name = f"{inbound.ksef_number}.xml"

    @api.depends("invoice_number", "seller_name")
    def _compute_display_name(self):
        for inbound in self:
            parts = (inbound.invoice_number, inbound.seller_name)
            inbound.display_name = ", ".join(filter(None, parts)) or inbound.ksef_number

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Invoices received through KSeF are kept."))

    # ------------------------------------------------------------------
    # the only writers
    # ------------------------------------------------------------------
    @api.private
    def _store(self, company, role, items):
        """Store received invoices that the company does not have yet.

        :param items: iterable of :class:`Received`
        :return: the new rows
        """
        given = {item.ksef_number.upper(): item for item in items}
        known = self._known_numbers(company, given)
        if role == SELLER:
            known |= self._own_numbers(company, given)
        new = [
            self._stored_values(company, role, number, item)
            for number, item in given.items()
            if number not in known
        ]
        # Thousands come at once: no chatter line that says "created".
        quiet = self.sudo().with_context(tracking_disable=True, mail_create_nolog=True)
        return quiet.create(new).with_env(self.sudo().env)

    @api.private
    def _known_numbers(self, company, numbers):
        """Return those of the KSeF numbers (upper case) that are in the inbox."""
        domain = [
            ("company_id", "=", company.id),
            ("ksef_number", "in", list(numbers)),
        ]
        return set(
            self.sudo().search_fetch(domain, ["ksef_number"]).mapped("ksef_number")
        )

    @api.private
    def _own_numbers(self, company, numbers):
        """Return those of the KSeF numbers that are sales of this database."""
        moves = self.env["account.move"].sudo()
        domain = moves._l10n_pl_ksef_number_domain(list(numbers))
        found = moves.search([("company_id", "=", company.id), *domain])
        names = {"l10n_pl_ksef_number", "l10n_pl_edi_number"} & set(moves._fields)
        return {move[name] for move in found for name in names if move[name]}

    def _stored_values(self, company, role, number, item):
        digest = sha256_base64(item.content)
        return {
            "company_id": company.id,
            "role": self._true_role(company, role, item),
            "environment": company.l10n_pl_ksef_environment,
            "ksef_number": number,
            "xml": base64.b64encode(item.content),
            "xml_hash": digest,
            "xml_size": len(item.content),
            "metadata": item.metadata_json or _as_json(item.metadata),
            **(_told(item.metadata, digest) if item.metadata else {}),
        }

    def _true_role(self, company, role, item):
        """Return what we are to an invoice: a third party may be the buyer as well.

        Which of its roles is asked for first is chance.
        """
        buyer = item.metadata and item.metadata.buyer.value
        is_ours = buyer and normalize_nip(buyer) == company.l10n_pl_ksef_nip
        return BUYER if is_ours and role != SELLER else role

    @api.private
    def _notify(self):
        """Tell the open lists and forms which rows changed (ids only)."""
        if self:
            self.env.ref("base.group_user")._bus_send(
                "l10n_pl_ksef/inbox", {"ids": self.ids}
            )

    @api.model
    def _open_domain(self):
        """Return the domain of what waits for a person as a purchase."""
        return [("state", "in", OPEN), ("role", "=", BUYER)]


def _told(metadata, digest):
    """Return what KSeF's metadata say, as values of the inbox's fields."""
    return {
        "invoice_number": metadata.invoice_number,
        "invoice_type": metadata.invoice_type,
        "seller_nip": metadata.seller.value,
        "seller_name": metadata.seller.name,
        "buyer_name": metadata.buyer.name,
        "buyer_identifier": metadata.buyer.value,
        "issue_date": metadata.issue_date,
        "acquired_at": naive(metadata.acquisition_date),
        "stored_at": naive(metadata.permanent_storage_date),
        "currency_code": metadata.currency,
        "net_amount": float(metadata.net_amount),
        "vat_amount": float(metadata.vat_amount),
        "gross_amount": float(metadata.gross_amount),
        "has_attachment": metadata.has_attachment,
        "is_offline": metadata.invoicing_mode == "Offline",
        "is_hash_wrong": metadata.invoice_hash != digest,
    }


def _as_json(metadata):
    return metadata and json.dumps(asdict(metadata), default=str, ensure_ascii=False)
