"""Corrections and settlements that came before the invoices which they name.

They keep the missing numbers; when such an invoice arrives, it is tied and both tell.
"""

from markupsafe import Markup

from odoo import Command, fields, models

_TYPES = ("in_invoice", "in_refund", "out_invoice", "out_refund")


class AccountMove(models.Model):
    _inherit = "account.move"

    #: numbers of named invoices that are not here yet, one in a line: KSeF number,
    #: blank, the issuer's number.
    l10n_pl_ksef_seeks = fields.Text(
        copy=False,
        readonly=True,
        export_string_translation=False,
    )

    _l10n_pl_ksef_seeks_index = models.Index(
        "(company_id, commercial_partner_id) WHERE l10n_pl_ksef_seeks IS NOT NULL"
    )

    def _l10n_pl_ksef_seek(self, job):
        """Keep what the document names and the books do not have."""
        if job.sought:
            lines = (f"{number} {ref}".rstrip() for number, ref in job.sought)
            self.sudo().l10n_pl_ksef_seeks = "\n".join(dict.fromkeys(lines))

    def _l10n_pl_ksef_answer_seekers(self):
        """Tie these bills to the documents that have waited for them."""
        seekers = self.sudo().search(
            [
                ("company_id", "in", self.company_id.ids),
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("l10n_pl_ksef_seeks", "!=", False),
                ("move_type", "in", _TYPES),
                ("state", "!=", "cancel"),
            ]
        )
        for seeker in seekers:
            for move in self - seeker:
                if (
                    move.company_id == seeker.company_id
                    and move.commercial_partner_id == seeker.commercial_partner_id
                ):
                    move._l10n_pl_ksef_answer(seeker)

    def _l10n_pl_ksef_answer(self, seeker):
        """Tie this bill to a document if that has waited for it."""
        lines = (seeker.l10n_pl_ksef_seeks or "").splitlines()
        mine = [line for line in lines if self._l10n_pl_ksef_is_named(line)]
        if mine:
            left = [line for line in lines if line not in mine]
            seeker.l10n_pl_ksef_seeks = "\n".join(left) or False
            seeker._l10n_pl_ksef_tie(self, is_last=len(lines) == 1)

    def _l10n_pl_ksef_is_named(self, line):
        """Tell whether a line of a seeker names this bill: its numbers do not lie."""
        number, _blank, ref = line.partition(" ")
        if number and self.l10n_pl_ksef_number:
            return number == self.l10n_pl_ksef_number
        return bool(ref) and ref == self.ref

    def _l10n_pl_ksef_tie(self, original, *, is_last):
        """Point to an invoice that has arrived after this one."""
        values = {}
        is_correction = "KOR" in (self.l10n_pl_ksef_received_kind or "")
        is_refund = self.move_type in ("in_refund", "out_refund")
        others = self.l10n_pl_ksef_corrected_ids | self.reversed_entry_id
        if is_correction and others:
            # One of several: Odoo's own link holds only one.
            several = others | original
            values["l10n_pl_ksef_corrected_ids"] = [Command.set(several.ids)]
        elif is_correction and is_last and is_refund:
            values["reversed_entry_id"] = original.id
        elif is_correction and is_last and "debit_origin_id" in self._fields:
            values["debit_origin_id"] = original.id
        elif is_correction:
            values["l10n_pl_ksef_corrected_ids"] = [Command.link(original.id)]
        else:
            values["l10n_pl_ksef_advance_ids"] = [Command.link(original.id)]
        self.write(values)
        if not is_correction and self.state == "draft":
            self._l10n_pl_ksef_deduct_on_accounts()
        link = original._get_html_link(title=original.ref or original.display_name)
        words = (
            self.env._("The corrected invoice has arrived:")
            if is_correction
            else self.env._("The settled advance invoice has arrived:")
        )
        self.message_post(body=Markup("%s %s") % (words, link))
        link = self._get_html_link(title=self.ref or self.display_name)
        words = self.env._("This invoice is named by one that came before:")
        original.message_post(body=Markup("%s %s") % (words, link))
