"""What the connection wizard tells of the company and a certificate: no faults."""

from odoo import fields, models


class Connect(models.TransientModel):
    _inherit = "l10n_pl_ksef.connect"

    def _company_notices(self):
        company = self.company_id
        lines = []
        if company.l10n_pl_ksef_state != "not_connected":
            lines.append(
                self.env._(
                    "This company is connected already. The new connection replaces the"
                    " old one, which is switched off."
                )
            )
        parameters = self.env["ir.config_parameter"].sudo()
        is_copy = parameters.get_param("database.is_neutralized")
        if is_copy and self.environment == "prd":
            lines.append(
                self.env._(
                    "This database is a neutralized copy. Invoices sent from it to"
                    " production are real invoices."
                )
            )
        return lines

    def _certificate_notices(self, pair):
        nip = self.company_id.l10n_pl_ksef_nip
        lines = []
        if pair.subject_kind == "company" and pair.nip != nip:
            lines.append(
                self.env._(
                    "The certificate belongs to NIP %(other)s, the company has NIP"
                    " %(nip)s. It works only if NIP %(other)s was given rights in KSeF"
                    " for NIP %(nip)s.",
                    other=pair.nip,
                    nip=nip,
                )
            )
        elif pair.subject_kind == "person":
            lines.append(
                self.env._(
                    "The certificate belongs to a person. That is normal: the person"
                    " needs rights in KSeF to issue and to view invoices for NIP"
                    " %(nip)s.",
                    nip=nip,
                )
            )
        left = pair.valid_to - fields.Datetime.now()
        if left.days <= 30:
            lines.append(
                self.env._("This certificate expires in %(days)s days.", days=left.days)
            )
        return lines
