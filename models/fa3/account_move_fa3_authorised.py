"""PodmiotUpowazniony: bailiff, enforcement body or tax representative."""

from odoo import fields, models

from ...ksef.fa3 import model
from .fa3_text import clean, cut, email, phone
from .res_company_fa3 import AUTHORISED_ROLES


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_authorised_id = fields.Many2one(
        "res.partner",
        "Authorised party",
        help="Bailiff, enforcement body or tax representative who acts for the seller"
        " on this invoice; empty: that of the company, if any.",
    )
    l10n_pl_ksef_authorised_role = fields.Selection(
        AUTHORISED_ROLES, string="Role of the authorised party"
    )

    def _l10n_pl_ksef_fa3_authorised(self, source):
        partner, role = source.authorised
        if not partner:
            return None
        contact = model.DaneKontaktowePU(
            EmailPU=email(partner.email), TelefonPU=phone(partner.phone)
        )
        return model.PodmiotUpowazniony(
            NrEORI=clean(partner.l10n_pl_ksef_eori),
            DaneIdentyfikacyjne=model.TPodmiot1(
                NIP=source.facts.identity(partner).nip, Nazwa=cut(partner.name, 512)
            ),
            Adres=source.facts.address(partner, "PL"),
            DaneKontaktowe=(contact,) if contact != model.DaneKontaktowePU() else (),
            RolaPU=int(role),
        )
