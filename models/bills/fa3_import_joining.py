"""A document and the bill that it already is: joined, or parted when that was wrong."""

from odoo import api, models

from .fa3_import_job import Imported
from .fa3_import_reading import nip, plain_account

#: what a bill has of the document that it was joined with.
_OF_THE_DOCUMENT = (
    "l10n_pl_ksef_number",
    "l10n_pl_ksef_acquired_at",
    "l10n_pl_ksef_source",
    "l10n_pl_ksef_source_hash",
    "l10n_pl_ksef_received_kind",
    "l10n_pl_ksef_picture_due",
)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_join(self, job):
        """Attach a document to the bill that it already is.

        :return: ``Imported``: ``linked`` when the file or number was new to the bill
        """
        self.ensure_one()
        known = self.l10n_pl_ksef_source_hash
        number = job.receipt.ksef_number
        if number and not self.l10n_pl_ksef_number:
            self.sudo().write(
                {
                    "l10n_pl_ksef_number": number,
                    "l10n_pl_ksef_acquired_at": job.receipt.acquired_at,
                }
            )
        reason = self.env._("It is here already: %(name)s.", name=self.display_name)
        if known:
            return Imported(self, "known", reason)
        self.sudo().l10n_pl_ksef_received_kind = job.reading.kind
        job.notes.clear()
        job.notes.add("linked", number=job.receipt.ksef_number or job.reading.number)
        given = abs(job.reading.gross or job.reading.total)
        if job.currency != self.currency_id or self.currency_id.compare_amounts(
            float(given), self.amount_total
        ):
            booked = self.currency_id.format(self.amount_total)
            job.notes.add("linked_differs", given=job.amount(given), booked=booked)
        # Nothing here has to do with journal items, whose check is dear.
        quiet = self.sudo().with_context(skip_invoice_sync=True)
        account = self._l10n_pl_ksef_joined_account(job)
        quiet.write({**self._l10n_pl_ksef_file_values(job), **account})
        self._l10n_pl_ksef_order_picture()
        self._l10n_pl_ksef_tell(job)
        self._l10n_pl_ksef_answer_seekers()
        todo = tuple(note.text for note in job.notes.todo)
        return Imported(self, "linked", reason, todo)

    def _l10n_pl_ksef_joined_account(self, job):
        """Return the account of the document for a bill that has none yet."""
        payment = job.reading.fa.Platnosc
        is_open = self.payment_state in ("not_paid", "partial")
        vat = nip(self.commercial_partner_id.vat)
        is_issuer = not vat or vat == job.reading.seller_nip
        if self.partner_bank_id or not (payment and is_open and is_issuer):
            return {}
        job.partner = self.partner_id
        return self._l10n_pl_ksef_import_account(job, payment)

    @api.private
    def _l10n_pl_ksef_part(self, accounts):
        """Take a document off the bill that is another invoice after all.

        :param accounts: bank accounts that the document names, without ``PL``
        """
        self.ensure_one()
        move = self.sudo()
        number = move.l10n_pl_ksef_number or ""
        pictures = self.env["ir.attachment"].sudo()
        pictures = pictures.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("name", "=", f"{self._l10n_pl_ksef_picture_name()}.pdf"),
            ]
        )
        values = dict.fromkeys(_OF_THE_DOCUMENT, False)
        bank = move.partner_bank_id
        account = plain_account(bank.sanitized_acc_number)
        if not bank.allow_out_payment and account in accounts:
            values["partner_bank_id"] = False
        if number and number in (move.payment_reference or ""):
            values["payment_reference"] = move.ref
        move.with_context(skip_invoice_sync=True).write(values)
        pictures.unlink()
        self._message_log(
            body=self.env._(
                "The structured invoice %(number)s was taken off this bill again.",
                number=number,
            )
        )
