"""WarunkiTransakcji and Stopka: contracts, orders, delivery, transport, footer."""

import re

from odoo import fields, models
from odoo.tools.mail import html2plaintext

from ...ksef.fa3 import model
from .fa3_text import clean, clean_lines, code, cut, quantity, whole
from .fa3_transport import transport
from .l10n_pl_ksef_reference import CONTRACT, ORDER

FOOTER_LENGTH = 3500
#: FA(3) has room for three texts.
FOOTER_TEXTS = 3
_REGON = re.compile(r"\d{9}|\d{14}")
_KRS = re.compile(r"\d{10}")


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_reference_ids = fields.One2many(
        "l10n_pl_ksef.reference",
        "move_id",
        string="Contracts and orders",
        copy=True,
    )
    l10n_pl_ksef_agreed_rate = fields.Float(
        "Agreed exchange rate",
        digits=(22, 6),
        help="PLN for one unit, by which prices agreed in another currency were"
        " converted; no rate of the tax.",
    )
    l10n_pl_ksef_agreed_currency_id = fields.Many2one(
        "res.currency", "Agreed currency", ondelete="restrict"
    )
    l10n_pl_ksef_intermediary = fields.Boolean(
        "Intermediary in a chain of supplies",
        help="Supply by the party of art. 22(2d) of the VAT Act in a chain that is no"
        " simplified triangular one.",
    )
    l10n_pl_ksef_transport_ids = fields.One2many(
        "l10n_pl_ksef.transport", "move_id", string="Transport", copy=False
    )

    def _l10n_pl_ksef_fa3_terms(self, source):
        move = source.move
        rate = quantity(move.l10n_pl_ksef_agreed_rate) or None
        found = {
            "Umowy": self._l10n_pl_ksef_fa3_contracts(source),
            "Zamowienia": self._l10n_pl_ksef_fa3_orders(source),
            "NrPartiiTowaru": self._l10n_pl_ksef_fa3_lots(source),
            "WarunkiDostawy": self._l10n_pl_ksef_fa3_incoterm(source),
            "KursUmowny": rate,
            "WalutaUmowna": move.l10n_pl_ksef_agreed_currency_id.name or None,
            "Transport": tuple(
                transport(source, each) for each in move.l10n_pl_ksef_transport_ids
            ),
            "PodmiotPosredniczacy": move.l10n_pl_ksef_intermediary or None,
        }
        return model.WarunkiTransakcji(**found) if any(found.values()) else None

    def _l10n_pl_ksef_fa3_contracts(self, source):
        return tuple(
            model.Umowy(DataUmowy=each.date or None, NrUmowy=clean(each.number))
            for each in source.references(CONTRACT)
        )

    def _l10n_pl_ksef_fa3_orders(self, source):
        """Return the buyer's orders: typed, of the sales orders, else the reference.

        The reference of a correction is Odoo's own sentence, that of a bill the
        supplier's number: no orders.
        """
        typed = [
            model.Zamowienia(
                DataZamowienia=each.date or None, NrZamowienia=clean(each.number)
            )
            for each in source.references(ORDER)
        ]
        numbers = {one.NrZamowienia for one in typed}
        sold = [
            model.Zamowienia(
                DataZamowienia=order.date_order.date() if order.date_order else None,
                NrZamowienia=clean(order.client_order_ref or order.name),
            )
            for order in source.sale_orders
        ]
        orders = [*typed, *(one for one in sold if one.NrZamowienia not in numbers)]
        if orders:
            return tuple(orders)
        own = source.is_correction or source.is_self_billing
        reference = None if own else clean(source.move.ref)
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
            BDO=whole(company.l10n_pl_ksef_bdo, 9),
        )
        return (found,) if found != model.Rejestry() else ()


def _footer_pieces(text):
    return [
        text[start : start + FOOTER_LENGTH].strip()
        for start in range(0, len(text), FOOTER_LENGTH)
    ]
