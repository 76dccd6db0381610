"""The taxes of a bill made equal to those of the file, grosz by grosz, also in PLN."""

from decimal import Decimal

from odoo import models

from .fa3_import_plan import booked_taxes
from .fa3_import_reading import cents
from .fa3_row import ZERO


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_force_taxes(self, job):
        """Write P_14_x, and P_14_xW as what is booked in PLN, onto the tax items.

        A tax item that is written keeps its amount through later changes of other
        fields; the payable follows.
        """
        wanted = booked_taxes(job.plan)
        items = self._l10n_pl_ksef_tax_items(job)
        changes = []
        for bucket, (tax, local) in wanted.items():
            if bucket in items:
                changes += self._l10n_pl_ksef_tax_changes(items[bucket], tax, local)
        if not changes:
            return
        with self._get_edi_creation():
            for item, values in changes:
                item.write(values)

    def _l10n_pl_ksef_tax_items(self, job):
        """Return the tax items by bucket."""
        found = {}
        for item in self.line_ids.filtered("tax_repartition_line_id"):
            bucket = job.bucket_of_tax.get(item.tax_line_id.id)
            if bucket:
                found[bucket] = found.get(bucket, item.browse()) | item
        return found

    def _l10n_pl_ksef_tax_changes(self, items, tax, local):
        """Return what to write so that ``items`` come to ``tax``, the largest gives.

        Journal items of a bill have the sign of the document, also on a refund.
        """
        side = 1 if self.is_purchase_document() else -1
        largest = max(items, key=lambda item: abs(item.amount_currency))
        own = self.company_id.currency_id
        missing = side * tax - _sum(items, "amount_currency")
        values = {}
        if missing:
            values["amount_currency"] = float(_exact(largest.amount_currency) + missing)
        if self.currency_id == own:
            if missing:
                values["balance"] = values["amount_currency"]
        elif local is not None and own.name == "PLN":
            gap = side * local - _sum(items, "balance")
            if gap or missing:
                values["balance"] = float(_exact(largest.balance) + gap)
        return [(largest, values)] if values else []

    def _l10n_pl_ksef_booked_differs(self, job):
        """Tell when the bill does not come to what was planned."""
        planned = sum((line.net for line in job.plan.lines), ZERO)
        planned += sum((tax for tax, _pln in booked_taxes(job.plan).values()), ZERO)
        booked = cents(_exact(self.amount_total)) * job.reading.sign
        if booked != planned:
            job.notes.add(
                "booked_differs",
                booked=job.amount(booked),
                given=job.amount(planned),
            )


def _exact(value):
    return Decimal(str(value))


def _sum(items, field):
    return cents(sum((_exact(item[field]) for item in items), ZERO))
