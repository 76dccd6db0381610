"""Returnable deposits on a bill: booked without VAT where the company wants that."""

import re

from odoo import Command, models

from ..fa3.fa3_row import ZERO
from .fa3_import_reading import number, text

_DEPOSIT = re.compile(r"kaucj", re.IGNORECASE)


def deposits_of(settlement):
    """Return the deposits that are charged: (amount, reason), given back: < 0."""
    if not settlement:
        return []
    parts = [(1, one) for one in settlement.Obciazenia]
    parts += [(-1, one) for one in settlement.Odliczenia]
    return [
        (sign * number(one.Kwota), text(one.Powod))
        for sign, one in parts
        if _DEPOSIT.search(text(one.Powod)) and number(one.Kwota)
    ]


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_import_deposits(self, job):
        """Return the deposits that are booked with the bill: (amount, reason)."""
        account = job.company.sudo().l10n_pl_ksef_deposit_account_id
        if not account or job.is_sale or job.is_without_entry:
            return []
        return deposits_of(job.reading.fa.Rozliczenie)

    def _l10n_pl_ksef_import_deposit_lines(self, job):
        """Return the commands that create the lines of the deposits."""
        account = job.company.sudo().l10n_pl_ksef_deposit_account_id
        return [
            Command.create(
                {
                    "name": reason,
                    "quantity": 1,
                    "price_unit": float(amount * job.reading.sign),
                    "account_id": account.id,
                    "tax_ids": [Command.clear()],
                    "is_imported": True,
                }
            )
            for amount, reason in job.deposits
        ]

    def _l10n_pl_ksef_note_deposits(self, job):
        """Find the deposits to be booked and tell of them; return their sum."""
        job.deposits = self._l10n_pl_ksef_import_deposits(job)
        total = sum((amount for amount, _reason in job.deposits), ZERO)
        if job.deposits:
            job.notes.add("deposit_booked", amount=job.amount(total))
        return total
