"""The button that makes the supplier of a bill from its file, where that was asked."""

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef.fa3 import farmers
from .fa3_import_job import Books, Job, Receipt
from .fa3_import_payment import accounts_of
from .fa3_import_supplier import Supplier


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_lacks_supplier = fields.Boolean(
        compute="_compute_l10n_pl_ksef_lacks_supplier", export_string_translation=False
    )

    @api.depends("state", "partner_id", "move_type", "l10n_pl_ksef_source_hash")
    def _compute_l10n_pl_ksef_lacks_supplier(self):
        for move in self:
            move.l10n_pl_ksef_lacks_supplier = bool(
                move.state == "draft"
                and not move.partner_id
                and move.l10n_pl_ksef_source_hash
                and move.is_purchase_document()
            )

    def action_l10n_pl_ksef_create_supplier(self):
        """Give this draft the supplier of its file, created when nobody has the NIP.

        :raises UserError: the bill has a supplier, or its file names none
        """
        self.ensure_one()
        self.check_access("write")
        if not self.l10n_pl_ksef_lacks_supplier:
            raise UserError(self.env._("This bill has a supplier already."))
        xml = base64.b64decode(self.l10n_pl_ksef_source)
        receipt = Receipt(self.l10n_pl_ksef_number, self.l10n_pl_ksef_acquired_at)
        job = Job(Books(self.company_id), farmers.read(xml), xml, receipt)
        accounts = accounts_of(job.reading)
        supplier = Supplier(job.reading.seller, self.company_id, accounts, job.notes)
        if not supplier.name:
            raise UserError(self.env._("The file does not say who issued it."))
        job.partner = supplier.known() or supplier.create_contact()
        self._l10n_pl_ksef_set_supplier(job)

    def _l10n_pl_ksef_set_supplier(self, job):
        """Write the supplier and its account; sums and due date stay as they are."""
        taxes = self._l10n_pl_ksef_booked_taxes()
        payment = job.reading.fa.Platnosc
        values = {
            "partner_id": job.partner.id,
            "invoice_date_due": self.invoice_date_due,
            "invoice_payment_term_id": self.invoice_payment_term_id.id,
            **(self._l10n_pl_ksef_import_account(job, payment) if payment else {}),
        }
        with self._get_edi_creation():
            self.write(values)
        if self._l10n_pl_ksef_booked_taxes() != taxes:
            self._l10n_pl_ksef_restore_taxes(taxes)
        self._l10n_pl_ksef_tell(job)
