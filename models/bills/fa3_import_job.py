"""One import: the document, what was found for it in the books, and the notes."""

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from odoo.tools import format_amount

from ...ksef.crypto import sha256_base64
from .fa3_import_notes import Notes
from .fa3_import_plan import plan
from .fa3_import_reading import CENT, Reading, text
from .fa3_import_route import family_of
from .fa3_import_taxes import Taxes
from .fa3_import_units import Units
from .inbound_guide import Guide

#: Kind of activity by which a person is asked to look at a bill.
ACTIVITY = "l10n_pl_ksef.mail_activity_type_check_bill"
#: Rows of a bill above which there is one line per rate; a system parameter.
ROW_LIMIT_PARAMETER = "l10n_pl_ksef.import_row_limit"
ROW_LIMIT = 200


class Receipt(NamedTuple):
    """What KSeF says of a received invoice; nothing for a file that a person brings.

    :ivar ksef_number: 35 characters
    :ivar acquired_at: when that was given, naive UTC
    """

    ksef_number: str | None = None
    acquired_at: datetime | None = None


class Imported(NamedTuple):
    """What became of a document.

    :ivar move: the bill; the one that was there already; empty when there is none
    :ivar outcome: ``created``, ``known`` (was there already), ``linked`` (attached to
        a bill that a person had entered), ``nothing`` (a correction without amounts),
        ``refused`` (no document of this company)
    :ivar reason: sentence for the user unless ``created``
    :ivar todo: sentences of what a person should look at
    """

    move: Any
    outcome: str
    reason: str = ""
    todo: tuple[str, ...] = ()


class Books:
    """What imports into one company share: its taxes and units, read once.

    Give the same to many imports; a new one sees changes made meanwhile.
    """

    def __init__(self, company):
        self.company = company
        self.taxes = {use: Taxes(company, use) for use in ("purchase", "sale")}

    @cached_property
    def units(self):
        return Units(self.company.env)

    @cached_property
    def family(self):
        """The companies that are one taxpayer with this one."""
        return family_of(self.company)

    @cached_property
    def quantity_step(self):
        digits = self.company.env["decimal.precision"].precision_get("Product Unit")
        return Decimal(1).scaleb(-digits)

    @cached_property
    def row_limit(self):
        get = self.company.env["ir.config_parameter"].sudo().get_param
        value = get(ROW_LIMIT_PARAMETER, "")
        return int(value) if value.isdigit() else ROW_LIMIT


class Job:
    """The import of one document into one company.

    :ivar reading: the document
    :ivar is_sale: a sale that the buyer has invoiced for us
    :ivar known_partner: the other party where the books knew it, else empty
    :ivar partner: the other party
    :ivar originals: the corrected bills that were found
    :ivar advances: the settled advance bills that were found; ``advance_numbers``: the
        numbers of all, as a text
    :ivar deposits: booked beside the total: (amount, reason), sign of the document
    :ivar sought: (KSeF number, number) of named invoices that are not here
    :ivar bucket_of_tax: bucket by id of the taxes on the lines
    """

    def __init__(self, books, invoice, xml, receipt, guide=None):
        self.books = books
        self._guide = guide
        self.company = books.company
        self.env = books.company.env
        self.reading = Reading(invoice)
        self.xml = xml
        self.receipt = receipt
        self.notes = Notes(self.env)
        self.is_sale = False
        self.partner = self.env["res.partner"]
        self.known_partner = self.env["res.partner"]
        self.originals = self.env["account.move"]
        self.advances = self.env["account.move"]
        self.advance_numbers = ""
        self.sought = []
        self.bucket_of_tax = {}
        self.deposits = []

    @cached_property
    def guide(self):
        """What the company's rules say of this document."""
        return self._guide or Guide.of(self.reading, self.company).staying(self.company)

    @cached_property
    def hash(self):
        """SHA-256 of the file, Base64, as KSeF writes it."""
        return sha256_base64(self.xml)

    @property
    def taxes(self):
        return self.books.taxes["sale" if self.is_sale else "purchase"]

    @property
    def units(self):
        return self.books.units

    @property
    def quantity_step(self):
        return self.books.quantity_step

    @cached_property
    def plan(self):
        unit = Decimal(str(self.currency.rounding)) if self.currency else CENT
        found = plan(self.reading, self.books.row_limit, max(unit, CENT))
        money = ("given", "due", "sums")
        for code, values in found.remarks:
            shown = {k: self.amount(v) if k in money else v for k, v in values.items()}
            self.notes.add(code, **shown)
        return found

    @property
    def move_type(self):
        side = "out" if self.is_sale else "in"
        return f"{side}_refund" if self.reading.is_refund else f"{side}_invoice"

    @property
    def is_without_entry(self):
        """Whether it is a correction that changes no amounts."""
        reading = self.reading
        return reading.is_correction and not reading.gross and self.plan.is_empty

    @cached_property
    def currency(self):
        """The currency, activated when needed; empty when there is none such."""
        code = self.reading.currency or self.company.currency_id.name
        model = self.env["res.currency"].with_context(active_test=False)
        found = model.search([("name", "=", code)], limit=1)
        if found and not found.active:
            found.sudo().active = True
            self.notes.add("currency_activated", currency=code)
        return found

    def amount(self, value):
        """Return an amount as people write it, in the document's currency."""
        currency = self.currency or self.company.currency_id
        return format_amount(self.env, float(value), currency)

    def rounding_account(self, value):
        """Return the account for what P_15 differs by."""
        is_cost = (value > 0) != self.is_sale
        name = "expense" if is_cost else "income"
        return self.company[f"default_cash_difference_{name}_account_id"]

    @property
    def corrected(self):
        """Numbers of the corrected invoices: ``(number, KSeF number, date)``."""
        return [
            (
                text(one.NrFaKorygowanej),
                text(one.NrKSeFFaKorygowanej),
                one.DataWystFaKorygowanej,
            )
            for one in self.reading.fa.DaneFaKorygowanej
        ]
