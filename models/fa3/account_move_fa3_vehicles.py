"""New means of transport sold to another EU country (P_22, art. 106e(1)(24))."""

from odoo import fields, models

from ...ksef.fa3 import model
from .account_move_fa3_fields import YES_NO
from .fa3_text import clean
from .l10n_pl_ksef_vehicle import AIR, LAND, WATER

YES, NO = 1, 2
_ANSWERS = {"yes": YES, "no": NO}
#: rate of the supplies that the annotation is about.
GOODS_TO_THE_EU = "0 WDT"


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_vehicle_ids = fields.One2many(
        "l10n_pl_ksef.vehicle",
        "move_id",
        string="New means of transport",
        copy=False,
    )
    l10n_pl_ksef_vat23 = fields.Selection(
        YES_NO,
        string="Notice of the supply (VAT-23)",
        help="Empty: yes when the buyer has no EU VAT number (art. 42(5)).",
    )

    def _l10n_pl_ksef_fa3_vehicles(self, source):
        """Return NoweSrodkiTransportu: the vehicles, or that there are none."""
        found = source.vehicles
        if not found:
            return model.ORDINARY.NoweSrodkiTransportu
        said = _ANSWERS.get(source.move.l10n_pl_ksef_vat23)
        return model.NoweSrodkiTransportu(
            P_22=True,
            P_42_5=said or (NO if source.buyer_identity.eu_number else YES),
            NowySrodekTransportu=tuple(
                vehicle(record, row.number) for record, row in found
            ),
        )


def sells_only_vehicles(source):
    """Tell whether the goods that go to the EU are new means of transport, all."""
    described = {row.line.id for _record, row in source.vehicles}
    sold = [row for row in source.goods if row.rate == GOODS_TO_THE_EU]
    return bool(sold) and all(row.line.id in described for row in sold)


def vehicle(record, row_number):
    """Return the ``NowySrodekTransportu`` of a ``l10n_pl_ksef.vehicle``."""
    usage, number = clean(record.usage), clean(record.identifier)
    own = {
        LAND: {
            "P_22B": usage,
            record.identifier_kind or "P_22B1": number,
            "P_22BT": clean(record.type_name),
        },
        WATER: {"P_22C": usage, "P_22C1": number},
        AIR: {"P_22D": usage, "P_22D1": number},
    }[record.kind]
    return model.NowySrodekTransportu(
        P_22A=record.first_used or None,
        P_NrWierszaNST=row_number,
        P_22BMK=clean(record.make),
        P_22BMD=clean(record.model),
        P_22BK=clean(record.colour),
        P_22BNR=clean(record.plate),
        P_22BRP=clean(record.year),
        **own,
    )
