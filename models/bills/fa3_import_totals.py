"""The taxes of a bill made equal to those of the file, grosz by grosz, also in PLN."""

from decimal import Decimal

from odoo import models
from odoo.tools import format_amount

from ..common.ksef_activities import person
from ..fa3.fa3_row import ZERO
from .fa3_import_gross import booked_taxes
from .fa3_import_job import ACTIVITY
from .fa3_import_notes import Notes
from .fa3_import_reading import cents

#: How often the taxes are looked at again after they have been written.
_LOOKS = 3


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_force_taxes(self, job):
        """Write P_14_x, and P_14_xW as what is booked in PLN, onto the tax items.

        A tax item that is written keeps its amount through later changes of other
        fields; the payable follows. Those that were right and not written are computed
        again then, in PLN from the rounded tax: hence a second look.
        """
        for _look in range(_LOOKS):
            changes = self._l10n_pl_ksef_all_tax_changes(job)
            if not changes:
                return
            with self._get_edi_creation():
                for item, values in changes:
                    item.write(values)

    def _l10n_pl_ksef_all_tax_changes(self, job):
        """Return (tax item, what to write on it) for each that is not as on file."""
        items = self._l10n_pl_ksef_tax_items(job)
        return [
            change
            for bucket, (tax, local) in booked_taxes(job.plan).items()
            if bucket in items
            for change in self._l10n_pl_ksef_tax_changes(items[bucket], tax, local)
        ]

    def _link_bill_origin_to_purchase_orders(self, timeout=10):
        # EXTENDS 'account': lines of the order replace those of the file, within a
        # tolerance; the tax of the file stays, other sums are for a person
        before = {move: (move.amount_untaxed, move.amount_total) for move in self}
        taxes = {move: move._l10n_pl_ksef_booked_taxes() for move in self}
        origins = {move: move.invoice_origin for move in self}
        result = super()._link_bill_origin_to_purchase_orders(timeout=timeout)
        for move in self.filtered("l10n_pl_ksef_source_hash"):
            # Purchase forgets the number where it finds no order; the file has it.
            if origins[move] and not move.invoice_origin:
                move.invoice_origin = origins[move]
            if move._l10n_pl_ksef_booked_taxes() != taxes[move]:
                move._l10n_pl_ksef_restore_taxes(taxes[move])
            if (move.amount_untaxed, move.amount_total) != before[move]:
                notes = Notes(move.env)
                notes.add("lines_changed")
                user = person(move.company_id.with_env(move.env))
                move.activity_schedule(ACTIVITY, note=notes.as_html(), user_id=user.id)
        return result

    def _l10n_pl_ksef_booked_taxes(self):
        """Return the booked tax by tax and repartition: both currencies."""
        found = {}
        for item in self.line_ids.filtered("tax_repartition_line_id"):
            key = item.tax_repartition_line_id.id
            amount, balance = found.get(key, (0.0, 0.0))
            found[key] = (amount + item.amount_currency, balance + item.balance)
        return found

    def _l10n_pl_ksef_restore_taxes(self, taxes):
        """Write the tax items as they were, where there is one for each."""
        items = self.line_ids.filtered("tax_repartition_line_id")
        by_key = items.grouped(lambda item: item.tax_repartition_line_id.id)
        if set(by_key) != set(taxes) or any(len(one) > 1 for one in by_key.values()):
            return
        with self._get_edi_creation():
            for key, item in by_key.items():
                amount, balance = taxes[key]
                item.write({"amount_currency": amount, "balance": balance})

    def _l10n_pl_ksef_tax_items(self, job):
        """Return the tax items by bucket."""
        found = {}
        for item in self.line_ids.filtered("tax_repartition_line_id"):
            bucket = job.bucket_of_tax.get(item.tax_line_id.id)
            if bucket:
                found[bucket] = found.get(bucket, item.browse()) | item
        return found

    def _l10n_pl_ksef_tax_changes(self, items, tax, local):
        """Return what to write so that ``items`` come to ``tax``, the largest gives."""
        side = _side(self)
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
        planned += sum((amount for amount, _reason in job.deposits), ZERO)
        booked = cents(_exact(self.amount_total)) * job.reading.sign
        if booked != planned:
            job.notes.add(
                "booked_differs",
                booked=job.amount(booked),
                given=job.amount(planned),
            )
        self._l10n_pl_ksef_zloty_tax_differs(job)

    def _l10n_pl_ksef_zloty_tax_differs(self, job):
        """Tell when VAT in PLN could not be booked: no tax item to write on."""
        own = self.company_id.currency_id
        if self.currency_id == own or own.name != "PLN":
            return
        items = self._l10n_pl_ksef_tax_items(job)
        side = _side(self)
        for bucket, (_tax, local) in booked_taxes(job.plan).items():
            booked = side * _sum(items.get(bucket, self.line_ids[:0]), "balance")
            if local is not None and booked != local:
                job.notes.add(
                    "zloty_tax_differs",
                    booked=format_amount(self.env, float(booked), own),
                    given=format_amount(self.env, float(local), own),
                )


def _side(move):
    """Return the sign of the taxes among its journal items, also on a refund."""
    return 1 if move.is_purchase_document() else -1


def _exact(value):
    return Decimal(str(value))


def _sum(items, field):
    return cents(sum((_exact(item[field]) for item in items), ZERO))
