"""Payment of a bill from FA: when, to which account, what was paid or is added."""

from odoo import models
from odoo.tools import format_date

from ..fa3.fa3_row import ZERO
from .fa3_import_due import date_in_words, given_dates
from .fa3_import_reading import day, identity, number, plain_account, text

_FACTOR_ROLE = 1


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_import_payment(self, job):
        """Return the values that say how a bill is to be paid."""
        payment = job.reading.fa.Platnosc
        values = {
            "payment_reference": job.reading.number,
            **self._l10n_pl_ksef_import_settlement(job),
            **self._l10n_pl_ksef_import_due(job),
        }
        self._l10n_pl_ksef_note_prepayments(job)
        if not payment:
            return values
        self._l10n_pl_ksef_import_paid(job, payment)
        if payment.Skonto:
            words = (payment.Skonto.WarunkiSkonta, payment.Skonto.WysokoscSkonta)
            job.notes.add("discount_terms", terms=", ".join(map(text, words)))
        return {
            **values,
            "l10n_pl_ksef_said_paid": bool(payment.Zaplacono),
            **self._l10n_pl_ksef_import_account(job, payment),
        }

    # -- due date --------------------------------------------------------------
    def _l10n_pl_ksef_import_due(self, job):
        """Return the due date: the earliest one; none: the supplier's own terms."""
        payment, reading = job.reading.fa.Platnosc, job.reading
        dates = given_dates(reading)
        terms = payment.TerminPlatnosci if payment else ()
        words = [_words(term.TerminOpis) for term in terms]
        if not dates and not reading.is_refund and not (payment and payment.Zaplacono):
            found = date_in_words(reading)
            dates = [found] if found else []
            words += [format_date(self.env, one) for one in dates]
        if any(words):
            job.notes.add("term_in_words", words="; ".join(filter(None, words)))
        if not dates:
            return {}
        if len(dates) > 1:
            shown = (format_date(self.env, date) for date in dates)
            job.notes.add("several_terms", dates=", ".join(shown))
        return {"invoice_date_due": dates[0], "invoice_payment_term_id": False}

    # -- what is paid, added, taken off ----------------------------------------
    def _l10n_pl_ksef_import_paid(self, job, payment):
        """Tell what the file says is paid; no payment is made of it."""
        if payment.Zaplacono:
            paid_on = day(payment.DataZaplaty)
            date = format_date(self.env, paid_on) if paid_on else "-"
            job.notes.add("paid", date=date)
        amounts = [
            (number(part.KwotaZaplatyCzesciowej), day(part.DataZaplatyCzesciowej))
            for part in payment.ZaplataCzesciowa
        ]
        if amounts:
            shown = self._l10n_pl_ksef_import_amounts(job, amounts)
            job.notes.add("partly_paid", amounts=shown)

    def _l10n_pl_ksef_note_prepayments(self, job):
        """Tell which payments before the supply a settlement includes."""
        parts = job.reading.fa.ZaliczkaCzesciowa if job.reading.is_settlement else ()
        amounts = [(number(part.P_15Z), day(part.P_6Z)) for part in parts]
        if amounts:
            shown = self._l10n_pl_ksef_import_amounts(job, amounts)
            job.notes.add("prepaid", amounts=shown)

    def _l10n_pl_ksef_import_amounts(self, job, amounts):
        """Return amounts with their days as a text."""
        return ", ".join(
            f"{job.amount(amount)} ({format_date(self.env, date) if date else '-'})"
            for amount, date in amounts
            if amount is not None
        )

    def _l10n_pl_ksef_import_settlement(self, job):
        """Return what is to be paid when it is not the total."""
        settlement = job.reading.fa.Rozliczenie
        due = settlement and number(settlement.DoZaplaty)
        if due is None or not settlement:
            due = settlement and number(settlement.DoRozliczenia)
            due = -due if due else None
        booked = (job.reading.gross or ZERO) + self._l10n_pl_ksef_note_deposits(job)
        if due is None or due == booked:
            return {}
        reasons = [
            f"{text(one.Powod)} {sign}{job.amount(number(one.Kwota))}"
            for sign, parts in (
                ("+", settlement.Obciazenia),
                ("-", settlement.Odliczenia),
            )
            for one in parts
            if number(one.Kwota)
        ]
        job.notes.add("to_pay", amount=job.amount(due), reasons="; ".join(reasons))
        return {"l10n_pl_ksef_amount_due": float(due)}

    # -- bank account ----------------------------------------------------------
    def _l10n_pl_ksef_import_account(self, job, payment):
        """Return the account to pay to; a new one is stored as not trusted."""
        factor = [plain_account(one.NrRB) for one in payment.RachunekBankowyFaktora]
        own = [plain_account(one.NrRB) for one in payment.RachunekBankowy]
        if any(factor):
            names = (
                text(identity(party).Nazwa)
                for party in job.reading.invoice.Podmiot3
                if party.Rola == _FACTOR_ROLE
            )
            job.notes.add(
                "account_of_factor",
                name=next(names, "-"),
                account=next(filter(None, factor)),
            )
            return {}
        if job.is_sale or job.reading.is_refund or not any(own) or not job.partner:
            return {}
        known = self._l10n_pl_ksef_known_account(job, own)
        if known is None:
            return {}
        place = next(i for i, one in enumerate(own) if one)
        account = known or self._l10n_pl_ksef_new_account(
            job, own[place], payment.RachunekBankowy[place]
        )
        return {"partner_bank_id": account.id}

    def _l10n_pl_ksef_known_account(self, job, numbers):
        """Return the supplier's account; empty: nobody's; ``None``: somebody else's."""
        wanted = {n for one in numbers if one for n in (one, f"PL{one}")}
        model = self.env["res.partner.bank"].sudo()
        found = model.search(
            [
                ("sanitized_acc_number", "in", list(wanted)),
                *model._check_company_domain(job.company),
            ]
        )
        own = found.filtered(
            lambda a: (
                a.partner_id.commercial_partner_id == job.partner.commercial_partner_id
            )
        )
        if found and not own:
            job.notes.add(
                "account_of_other",
                account=found[0].acc_number,
                name=found[0].partner_id.display_name,
            )
            return None
        return own[:1]

    def _l10n_pl_ksef_new_account(self, job, account, given):
        job.notes.add("account_new", account=account)
        values = {"acc_number": account, "partner_id": job.partner.id}
        bic = text(given.SWIFT)
        if name := text(given.NazwaBanku):
            domain = [("bic", "=", bic)] if bic else [("name", "=ilike", name)]
            values["bank_id"] = self.env["res.bank"].search(domain, limit=1).id
        # Storing an account is not trusting it: ``allow_out_payment`` stays off.
        return self.env["res.partner.bank"].sudo().create(values).sudo(False)


def accounts_of(reading):
    """Return the numbers of all accounts that a document names."""
    payment = reading.fa.Platnosc
    return (
        {plain_account(one.NrRB) for one in payment.RachunekBankowy}
        if payment
        else set()
    )


def _words(term):
    """Return a due date in words (a text in FA(2))."""
    if term is None or isinstance(term, str):
        return text(term)
    parts = (term.Ilosc, term.Jednostka, term.ZdarzeniePoczatkowe)
    return " ".join(str(part) for part in parts if part)
