"""Platnosc: what was paid, what is due when, how, and to which account."""

import re
from decimal import Decimal
from typing import NamedTuple

from odoo import models

from ...ksef.fa3 import model
from .fa3_row import ZERO
from .fa3_text import clean, code, cut, money, quantity

#: type of journal -> FormaPlatnosci.
CASH, CARD, TRANSFER = 1, 2, 6
OTHER = "other"
FORMS = {"cash": CASH, "credit": CARD, "bank": TRANSFER}
_DAYS = "dni"
_FROM_ISSUE = "wystawienie faktury"
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
_ACCOUNT_LENGTH = range(10, 35)


class Payment(NamedTuple):
    """A part of the invoice that was paid: amount in its currency, day, form."""

    amount: Decimal
    day: object
    form: int | None


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_fa3_payment(self, source):
        payments = self._l10n_pl_ksef_fa3_payments(source)
        due = abs(money(source.move.amount_total))
        paid = sum((payment.amount for payment in payments), ZERO)
        is_paid = bool(payments) and paid >= due
        form = payment_form(source, payments)
        accounts = {} if form == CASH or source.is_refund else _accounts(source)
        is_open = not (is_paid or source.is_refund)
        found = {
            **_paid_part(payments, is_paid),
            "TerminPlatnosci": _due(source) if is_open else (),
            **_form(source, form or (TRANSFER if accounts else None)),
            **accounts,
            "Skonto": _early_payment_discount(source) if is_open else None,
        }
        return model.Platnosc(**found) if any(found.values()) else None

    def _l10n_pl_ksef_fa3_payments(self, source):
        """Return the payments allocated to this invoice, oldest first.

        Read from the reconciliation, so that statement lines without a payment record
        count, and of a payment only the part that went to this invoice. Credit notes
        and exchange differences are no payments.
        """
        exchange = source.company.currency_exchange_journal_id
        found = []
        for each in source.lines.get("payment_term", ()):
            if not each.matching_number:  # nothing is allocated to it
                continue
            line = source.facts.record(each)
            pairs = [
                *((part, part.credit_move_id) for part in line.matched_credit_ids),
                *((part, part.debit_move_id) for part in line.matched_debit_ids),
            ]
            for part, other in pairs:
                if other.journal_id == exchange or other.move_id.is_invoice(True):
                    continue
                is_debit = part.debit_move_id == line
                amount = (
                    part.debit_amount_currency
                    if is_debit
                    else part.credit_amount_currency
                )
                form = FORMS.get(other.journal_id.type)
                found.append(Payment(money(amount), other.date, form))
        return sorted(found, key=lambda payment: payment.day)


def _paid_part(payments, is_paid):
    if not payments:
        return {}
    if is_paid and len(payments) == 1:
        return {"Zaplacono": True, "DataZaplaty": payments[0].day}
    return {
        "ZnacznikZaplatyCzesciowej": 2 if is_paid else 1,
        "ZaplataCzesciowa": tuple(
            model.ZaplataCzesciowa(
                KwotaZaplatyCzesciowej=payment.amount,
                DataZaplatyCzesciowej=payment.day,
                FormaPlatnosci=payment.form,
            )
            for payment in payments[:100]
        ),
    }


def _form(source, form):
    words = clean(source.move.l10n_pl_ksef_payment_words)
    if source.move.l10n_pl_ksef_payment_form == OTHER:
        return {"PlatnoscInna": True, "OpisPlatnosci": words}
    return {"FormaPlatnosci": form}


def payment_form(source, payments):
    """Return the form said or agreed on the invoice, else that of its only payment."""
    said = source.move.l10n_pl_ksef_payment_form
    if said:
        return None if said == OTHER else int(said)
    agreed = source.move.preferred_payment_method_line_id.journal_id.type
    if agreed in FORMS:
        return FORMS[agreed]
    forms = {payment.form for payment in payments}
    return forms.pop() if len(forms) == 1 else None


def _due(source):
    """Return the due dates; for "N days" also in words."""
    days = sorted(
        {line.date_maturity for line in source.lines.get("payment_term", ())} - {None}
    )
    words = _in_words(source.move.invoice_payment_term_id) if len(days) == 1 else None
    return tuple(
        model.TerminPlatnosci(Termin=day, TerminOpis=words) for day in days[:100]
    )


def _in_words(term):
    line = term.line_ids
    if len(line) != 1 or line.delay_type != "days_after" or not line.nb_days:
        return None
    return model.TerminOpis(
        Ilosc=line.nb_days, Jednostka=_DAYS, ZdarzeniePoczatkowe=_FROM_ISSUE
    )


def _accounts(source):
    """Return the account to pay to, at the factor's place where it is a factor's."""
    bank = source.move.partner_bank_id
    account = code(bank.sanitized_acc_number)
    if not bank or len(account) not in _ACCOUNT_LENGTH:
        return {}
    swift = code(bank.bank_bic)
    own = bank.l10n_pl_ksef_own_account_type
    found = model.TRachunekBankowy(
        NrRB=account,
        SWIFT=swift if _BIC.fullmatch(swift) else None,
        RachunekWlasnyBanku=int(own) if own else None,
        NazwaBanku=cut(bank.bank_id.name, 256),
        OpisRachunku=cut(bank.currency_id.name, 256),
    )
    key = "RachunekBankowyFaktora" if bank.l10n_pl_ksef_is_factor else "RachunekBankowy"
    return {key: (found,)}


def _early_payment_discount(source):
    term = source.move.invoice_payment_term_id
    if not term.early_discount:
        return None
    percentage = format(quantity(term.discount_percentage), "f").replace(".", ",")
    return model.Skonto(
        WarunkiSkonta=clean(f"zapłata w ciągu {term.discount_days} dni"),
        WysokoscSkonta=f"{percentage}%",
    )
