"""Where a document's first QR code leads: its page in KSeF."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef.errors import KsefError
from ...ksef.links import invoice_link


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    # Worked out anew on every step until KSeF has judged, never after: an old invoice
    # printed in another year, when the company is connected elsewhere or not at all,
    # still leads to the place where it was accepted.
    verification_link = fields.Char(
        "Page in KSeF",
        compute="_compute_verification_link",
        store=True,
        readonly=True,
        help="The address in the QR code of the printed invoice.",
    )

    @api.depends("state", "xml_hash", "corrected_hash")
    def _compute_verification_link(self):
        for document in self:
            company = document.company_id.sudo()
            document.verification_link = document._link_in(
                company.l10n_pl_ksef_environment,
                document.move_id._l10n_pl_ksef_seller_nip(),
            )

    @api.private
    def _link_in(self, environment_code, nip):
        """Return the link of KOD I, or ``False`` while a part of it is missing.

        :param environment_code: ``test | demo | prd | custom`` or ``False``
        :param nip: ten digits of the seller
        """
        self.ensure_one()
        issue_date = self.move_id.invoice_date
        if not (environment_code and nip and issue_date and self.xml_hash):
            return False
        gateway = self.env["l10n_pl_ksef.gateway"]
        try:
            environment = gateway._environment(environment_code)
            # The codes that were handed over first stay, and KSeF follows them.
            code = self.corrected_hash or self.xml_hash
            return invoice_link(environment, nip, issue_date, code)
        except (UserError, KsefError):
            # A custom environment whose address was taken away.
            return False
