"""Naglowek, the dates and numbers at the top of Fa, and the exchange rate."""

from datetime import timezone

from odoo import fields, models, release
from odoo.modules.module import get_manifest

from ...ksef.fa3 import model
from .fa3_text import clean, cut, quantity


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_fa3_header(self, source):
        manifest = get_manifest("l10n_pl_ksef")
        return model.Naglowek(
            DataWytworzeniaFa=fields.Datetime.now().replace(tzinfo=timezone.utc),
            SystemInfo=f"Odoo {release.series} l10n_pl_ksef {manifest['version']}",
        )

    def _l10n_pl_ksef_fa3_dates(self, source):
        """Return the fields of Fa that say what, when, where and by which number."""
        move = source.move
        period = source.period
        supplied = source.supply_date
        return {
            "KodWaluty": move.currency_id.name,
            "P_1": move.invoice_date or None,
            "P_1M": cut(source.company.l10n_pl_ksef_issue_place, 256),
            "P_2": clean(move.name),
            "WZ": self._l10n_pl_ksef_fa3_delivery_notes(source),
            "P_6": supplied if supplied != move.invoice_date and not period else None,
            "OkresFa": period and model.OkresFa(P_6_Od=period[0], P_6_Do=period[1]),
        }

    def _l10n_pl_ksef_fa3_exchange_rate(self):
        """Return PLN for one unit of the invoice's currency, as it was booked.

        Books in another currency: Odoo's rate on the day of the invoice's own rate.
        """
        self.ensure_one()
        if self.company_id.currency_id.name != "PLN":
            return self._l10n_pl_ksef_fa3_rate_on(
                self._get_invoice_currency_rate_date()
            )
        rate = self.invoice_currency_rate
        return quantity(1 / rate) if rate else None

    def _l10n_pl_ksef_fa3_rate_on(self, day):
        """Return PLN for one unit of the invoice's currency on ``day``."""
        self.ensure_one()
        rate = self.env["res.currency"]._get_conversion_rate(
            from_currency=self.currency_id,
            to_currency=self.env.ref("base.PLN"),
            company=self.company_id,
            date=day,
        )
        return quantity(rate) if rate else None
