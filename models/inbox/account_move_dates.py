"""In which period a received invoice is booked: when its VAT may be deducted."""

from odoo import api, fields, models

from .res_company_inbox import BY_SUPPLY

#: context: bills made of received invoices are booked on their very day.
OWN_DAY = "l10n_pl_ksef_own_day"


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_vat_from = fields.Date(
        "VAT deductible from",
        compute="_compute_l10n_pl_ksef_vat_from",
        help="The day of the KSeF number in Poland, when the invoice counts as"
        " received, or that of the supply if it is later (art. 86(10) and (10b) of the"
        " VAT Act). With the cash method VAT waits for the payment as well.",
    )

    @api.depends("l10n_pl_ksef_acquired_at", "taxable_supply_date", "invoice_date")
    def _compute_l10n_pl_ksef_vat_from(self):
        for move in self:
            received = move._l10n_pl_ksef_received_on()
            is_bill = received and move.is_purchase_document()
            supplied = move.taxable_supply_date or move.invoice_date
            days = filter(None, (received, supplied))
            move.l10n_pl_ksef_vat_from = max(days) if is_bill else False

    def _get_accounting_date_source(self):
        # EXTENDS 'account': the accountant may want the day of supply instead
        if (
            self.l10n_pl_ksef_vat_from
            and self.company_id.l10n_pl_ksef_bill_date == BY_SUPPLY
        ):
            return self.taxable_supply_date or self.invoice_date or self.date
        return super()._get_accounting_date_source()

    def _get_accounting_date(self, invoice_date, has_tax, lock_dates=None):
        # EXTENDS 'account': Odoo's own choice is the end of an older month, or today.
        # What is right at creation need not be written, and synchronised, again.
        if (
            self.env.context.get(OWN_DAY)
            and not lock_dates
            and not self._get_violated_lock_dates(invoice_date, has_tax)
        ):
            return invoice_date
        return super()._get_accounting_date(invoice_date, has_tax, lock_dates)

    @api.private
    def _l10n_pl_ksef_set_date(self):
        """Book a new bill on its very day, later where the books are locked."""
        for move in self.filtered(lambda m: m.is_purchase_document()):
            day = move._get_accounting_date_source()
            has_tax = move._affect_tax_report()
            locks = move._get_violated_lock_dates(day, has_tax)
            if locks:
                day = move._get_accounting_date(day, has_tax, lock_dates=locks)
            if move.date != day:
                move.date = day
