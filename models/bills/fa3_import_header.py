"""Header of a bill from FA: number, dates, currency, orders, remarks."""

from markupsafe import Markup

from odoo import fields, models

from ..fa3.fa3_row import ZERO
from ..fa3.fa3_text import quantity
from .fa3_import_reading import number, text


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_import_header(self, job):
        """Return the values of the header; ``self`` may be empty."""
        reading = job.reading
        return {
            "ref": reading.number,
            "invoice_date": reading.issued,
            "taxable_supply_date": reading.supplied,
            "narration": self._l10n_pl_ksef_import_narration(job),
            "invoice_origin": self._l10n_pl_ksef_import_orders(job),
            **self._l10n_pl_ksef_import_currency(job),
            **self._l10n_pl_ksef_import_marks(job),
        }

    def _l10n_pl_ksef_import_marks(self, job):
        reading = job.reading
        if reading.is_split_payment:
            job.notes.add("split_payment")
        if reading.is_cash_method:
            job.notes.add("cash_method")
        if reading.is_farmers:
            job.notes.add("farmers", refund=job.amount(_refund(reading)))
        elif job.is_sale:
            job.notes.add("self_billed")
        return {
            "l10n_pl_ksef_is_farmers": reading.is_farmers,
            "l10n_pl_ksef_split_payment": "yes" if reading.is_split_payment else False,
            "l10n_pl_ksef_received_kind": reading.kind,
            "l10n_pl_ksef_cash_method": reading.is_cash_method,
        }

    def _l10n_pl_ksef_import_orders(self, job):
        """Return the buyer's order numbers, by which purchase orders are found."""
        terms = job.reading.fa.WarunkiTransakcji
        if not terms:
            return False
        orders = [text(order.NrZamowienia) for order in terms.Zamowienia]
        contracts = [text(contract.NrUmowy) for contract in terms.Umowy]
        for code, numbers in (("orders", orders), ("contracts", contracts)):
            if any(numbers):
                job.notes.add(code, numbers=", ".join(filter(None, numbers)))
        return ", ".join(dict.fromkeys(filter(None, orders))) or False

    def _l10n_pl_ksef_import_narration(self, job):
        """Return the additional remarks of the document, escaped."""
        fa = job.reading.fa
        rows = [
            (text(fact.Klucz), text(fact.Wartosc), number(fact.NrWiersza))
            for fact in fa.DodatkowyOpis[:100]
        ]
        lines = [
            f"{key}: {value}" + (f" ({place})" if place else "")
            for key, value, place in rows
        ]
        if reason := text(fa.PrzyczynaKorekty):
            lines.insert(0, reason)
        return Markup("").join(Markup("<p>%s</p>") % line for line in lines) or False

    # -- currency --------------------------------------------------------------
    def _l10n_pl_ksef_import_currency(self, job):
        """Return currency and rate; the books' own rate wins where there is one."""
        currency = job.currency
        if not currency or currency == job.company.currency_id:
            return {"currency_id": (currency or job.company.currency_id).id}
        values = {"currency_id": currency.id}
        rate = self._l10n_pl_ksef_import_rate(job)
        known = currency.rate_ids.filtered(
            lambda r: not r.company_id or r.company_id in job.company.parent_ids
        )
        if known:
            return values
        if not rate or job.company.currency_id.name != "PLN":
            job.notes.add("rate_unknown", currency=currency.name)
        else:
            job.notes.add(
                "document_rate", currency=currency.name, rate=f"{quantity(rate):f}"
            )
            values["invoice_currency_rate"] = float(1 / rate)
        return values

    def _l10n_pl_ksef_import_rate(self, job):
        """Return the seller's exchange rate where the document has just one."""
        rows = {number(row.KursWaluty) for row in job.reading.fa.FaWiersz}
        given = filter(None, rows | {number(job.reading.fa.KursWalutyZ)})
        rates = {rate for rate in given if rate > 0}
        return rates.pop() if len(rates) == 1 else None

    # -- dates -----------------------------------------------------------------
    def _get_accounting_date_source(self):
        # EXTENDS 'account': VAT of a received invoice is deducted neither before the
        # supply nor before the invoice is there (art. 86(10) and (10b) of the VAT Act)
        source = super()._get_accounting_date_source()
        if not self.l10n_pl_ksef_received_kind or not self.is_purchase_document():
            return source
        received = self._l10n_pl_ksef_received_on()
        dates = (self.invoice_date, self.taxable_supply_date, received)
        return max(filter(None, dates), default=source)

    def _l10n_pl_ksef_received_on(self):
        """Return the day in Warsaw on which KSeF gave the number, or ``None``."""
        moment = self.l10n_pl_ksef_acquired_at
        if not moment:
            return None
        zoned = self.with_context(tz="Europe/Warsaw")
        return fields.Datetime.context_timestamp(zoned, moment).date()


def _refund(reading):
    """Return the flat-rate refund of a VAT RR: what its total has above its rows."""
    rows = (number(row.P_11) or ZERO for row in reading.fa.FaWiersz)
    return (reading.gross or ZERO) - sum(rows, ZERO)
