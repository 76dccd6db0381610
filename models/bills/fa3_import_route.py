"""What a received document is to a company: a purchase, a sale, or not its own."""

from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ...ksef.fa3 import codes
from ..fa3.fa3_source import ZERO
from .fa3_import_reading import (
    BUCKETS,
    Reading,
    cents,
    identity,
    nip,
    number,
    party_nip,
    text,
)

BILL = "bill"
SELF_BILLED = "self_billed"
OWN = "own"
SHARE = "share"
UNIT = "unit"
THIRD = "third"
OTHER = "other"

_ADDITIONAL_BUYER = 4
#: recipient, local government unit, member of a VAT group: parts of the buyer.
_UNIT_ROLES = {2, 8, 10}


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _l10n_pl_ksef_route(self, invoice, company):
        """Tell what a document is to a company.

        :param invoice: ``ksef.fa3.Invoice``
        :return: ``bill`` (we buy), ``self_billed`` (we sell, the buyer has issued it),
            ``own`` (we have issued it), ``share`` (additional buyer), ``unit`` (branch
            or member of the buyer), ``third`` (factor, payer ...), ``other``
        """
        reading = Reading(invoice)
        ours = nip_of(company)
        if ours and ours == reading.buyer_nip:
            return OWN if self._l10n_pl_ksef_issued(reading, company) else BILL
        if ours and ours == reading.seller_nip:
            return SELF_BILLED if reading.is_self_billed else OWN
        roles = reading.roles_of(ours)
        if _ADDITIONAL_BUYER in roles:
            return SHARE
        if roles & _UNIT_ROLES:
            return UNIT
        return THIRD if roles else OTHER

    def _l10n_pl_ksef_issued(self, reading, company):
        """Tell whether a purchase is one that we have invoiced for the seller."""
        if not reading.is_self_billed or not reading.number:
            return False
        domain = [
            ("company_id", "=", company.id),
            ("name", "=", reading.number),
            ("move_type", "in", ("in_invoice", "in_refund")),
        ]
        return bool(self.env["account.move"].search_count(domain, limit=1))

    @api.model
    def _l10n_pl_ksef_refused(self, route, reading, company, *, by_hand):
        """Return why a document is not booked in this company, or ``None``."""
        if route == OWN:
            return self._l10n_pl_ksef_own_invoice(reading, company)
        buyer = text(identity(reading.buyer).Nazwa) or "-"
        if route == THIRD:
            return self.env._(
                "%(company)s takes part in this invoice (%(roles)s), but the buyer is"
                " %(buyer)s: there is nothing to book.",
                company=company.name,
                roles=self._l10n_pl_ksef_role_names(reading, company),
                buyer=buyer,
            )
        if route != OTHER or not (nip_of(company) and reading.buyer_nip):
            return None
        owner = self._l10n_pl_ksef_company_of(reading.buyer_nip) - company
        if owner:
            return self.env._(
                "The buyer on this invoice is your company %(owner)s: upload it there.",
                owner=owner[0].name,
            )
        return None if by_hand else self.env._("The buyer is %(buyer)s.", buyer=buyer)

    def _l10n_pl_ksef_own_invoice(self, reading, company):
        """Return what to say of a file of an invoice that the company has issued."""
        move = self.env["account.move"].search(
            [("company_id", "=", company.id), ("name", "=", reading.number)], limit=1
        )
        if move:
            return self.env._(
                "This is your own invoice %(name)s: it is here already, nothing was"
                " booked again.",
                name=move.name,
            )
        return self.env._(
            "This is an invoice %(number)s that %(company)s has issued itself, outside"
            " this database. Sales are not booked from files: enter it as an invoice,"
            " or keep the file only.",
            number=reading.number or "-",
            company=company.name,
        )

    def _l10n_pl_ksef_company_of(self, wanted):
        """Return the user's other companies with a NIP."""
        return self.env.user.company_ids.filtered(lambda c: nip(c.vat) == wanted)

    def _l10n_pl_ksef_role_names(self, reading, company):
        roles = reading.roles_of(nip_of(company))
        return ", ".join(codes.ROLES.get(role, "-") for role in roles)


def nip_of(company):
    """Return the NIP of a company; a branch has that of the company it belongs to."""
    line = company.sudo().parent_ids.sorted(lambda one: -len(one.parent_path or ""))
    return next(filter(None, (nip(one.vat) for one in company | line)), "")


def family_of(company):
    """Return the companies that are one taxpayer: branches, and those of its NIP."""
    everyone = company.sudo().search([])
    wanted = nip_of(company)
    return company.sudo() | everyone.filtered(
        lambda one: (
            one.root_id == company.root_id or (wanted and nip(one.vat) == wanted)
        )
    )


def share_of(invoice, wanted):
    """Return the part of a document that is an additional buyer's, in sums only.

    :param wanted: NIP of the additional buyer
    :return: (invoice without rows, percentage); equal parts where none is given
    """
    buyers = [p for p in invoice.Podmiot3 if p.Rola == _ADDITIONAL_BUYER]
    own = next(party for party in buyers if party_nip(party) == wanted)
    percent = number(own.Udzial)
    if percent is None:
        percent = Decimal(100) / (len(buyers) + 1)
    fa, values = invoice.Fa, {}
    for bucket, _rates in BUCKETS:
        for name in filter(None, bucket):
            value = number(getattr(fa, name))
            if value is not None:
                values[name] = cents(value * percent / 100)
    names = [n for bucket, _rates in BUCKETS for n in (bucket.base, bucket.tax) if n]
    values["P_15"] = sum((values.get(name, ZERO) for name in names), ZERO)
    part = replace(fa, FaWiersz=(), Rozliczenie=None, **values)
    return replace(invoice, Fa=part), cents(percent)
