"""WarunkiTransakcji and Stopka: orders, contracts, delivery terms, footer."""

import re

from odoo import models
from odoo.tools.mail import html2plaintext

from ...ksef.fa3 import model
from .fa3_text import clean_lines, code, cut

FOOTER_LENGTH = 3500
#: FA(3) has room for three texts.
FOOTER_TEXTS = 3
_REGON = re.compile(r"\d{9}|\d{14}")
_KRS = re.compile(r"\d{10}")


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_fa3_terms(self, source):
        found = {
            "Umowy": self._l10n_pl_ksef_fa3_contracts(source),
            "Zamowienia": self._l10n_pl_ksef_fa3_orders(source),
            "WarunkiDostawy": self._l10n_pl_ksef_fa3_incoterm(source),
        }
        return model.WarunkiTransakcji(**found) if any(found.values()) else None

    def _l10n_pl_ksef_fa3_contracts(self, source):
        signed = source.move.l10n_pl_ksef_contract_date or None
        name = cut(source.move.l10n_pl_ksef_contract_number, 256)
        if not (signed or name):
            return ()
        return (model.Umowy(DataUmowy=signed, NrUmowy=name),)

    def _l10n_pl_ksef_fa3_orders(self, source):
        """Return the buyer's orders: by the sales orders, else the invoice's reference.

        The reference of a correction is Odoo's own sentence, that of a bill the
        supplier's number: no orders.
        """
        orders = source.sale_orders
        if orders:
            return tuple(
                model.Zamowienia(
                    DataZamowienia=order.date_order.date()
                    if order.date_order
                    else None,
                    NrZamowienia=cut(order.client_order_ref or order.name, 256),
                )
                for order in orders
            )
        own = source.is_correction or source.is_self_billing
        reference = None if own else cut(source.move.ref, 256)
        return (model.Zamowienia(NrZamowienia=reference),) if reference else ()

    def _l10n_pl_ksef_fa3_incoterm(self, source):
        move = source.move
        return cut(
            " ".join(
                filter(None, (move.invoice_incoterm_id.code, move.incoterm_location))
            ),
            256,
        )

    def _l10n_pl_ksef_fa3_footer(self, source):
        # Of a supplier whose invoice we issue, footer and registers are not known.
        company = self.env["res.company"] if source.is_self_billing else source.company
        narration = source.move.narration
        texts = [
            clean_lines(html2plaintext(narration)) if narration else None,
            clean_lines(company.l10n_pl_ksef_footer),
        ]
        information = tuple(
            model.Informacje(StopkaFaktury=piece)
            for text in texts
            if text
            for piece in _footer_pieces(text)
        )[:FOOTER_TEXTS]
        registers = self._l10n_pl_ksef_fa3_registers(company)
        if not (information or registers):
            return None
        return model.Stopka(Informacje=information, Rejestry=registers)

    def _l10n_pl_ksef_fa3_registers(self, company):
        registry = code(company.company_registry)
        krs = code(company.l10n_pl_ksef_krs)
        regon = code(company.l10n_pl_ksef_regon) or registry
        found = model.Rejestry(
            KRS=krs if _KRS.fullmatch(krs) else None,
            REGON=regon if _REGON.fullmatch(regon) else None,
            BDO=cut(company.l10n_pl_ksef_bdo, 9),
        )
        return (found,) if found != model.Rejestry() else ()


def _footer_pieces(text):
    return [
        text[start : start + FOOTER_LENGTH].strip()
        for start in range(0, len(text), FOOTER_LENGTH)
    ]
