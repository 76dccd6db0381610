"""Other invoices that a received one speaks of: the corrected, the settled, itself."""

from markupsafe import Markup

from odoo import Command, api, models
from odoo.fields import Domain

from ...ksef.fa3 import codes
from .fa3_import_reading import identity, text

#: More corrected invoices than that are told by their number only.
_SHOWN = 20
_PURCHASE = ("in_invoice", "in_refund")
_SALE = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    _inherit = "account.move"

    # -- the same document -----------------------------------------------------
    def _l10n_pl_ksef_import_twin(self, job):
        """Return the bill that this document is already (empty: none).

        By KSeF number, by the very file, and by number and issuer, where a person has
        entered it by hand or a file has come twice.
        """
        types = _SALE if job.is_sale else _PURCHASE
        base = Domain(
            [
                # Whichever branch has booked it: never a second time.
                ("company_id", "in", job.books.family.ids),
                ("move_type", "in", types),
                ("state", "!=", "cancel"),
                ("id", "not in", self.ids),
            ]
        )
        number = job.receipt.ksef_number
        same = Domain("l10n_pl_ksef_source_hash", "=", job.hash)
        if number:
            same |= self._l10n_pl_ksef_number_domain([number])
        found = self._l10n_pl_ksef_found_anywhere(base & same)
        if found:
            numbered = found.filtered(lambda m: number and number in _numbers_of(m))
            return (numbered or found)[:1]
        return self._l10n_pl_ksef_entered_by_hand(job, base)

    def _l10n_pl_ksef_entered_by_hand(self, job, base):
        reading = job.reading
        if not reading.number or not job.known_partner:
            return self.browse()
        domain = base & Domain(
            [
                ("ref", "=ilike", reading.number),
                ("commercial_partner_id", "=", job.known_partner.id),
                ("move_type", "=", job.move_type),
                ("l10n_pl_ksef_received_kind", "in", (False, reading.kind)),
            ]
        )
        # A number may hold what a search takes for any character ("FV_1").
        found = self._l10n_pl_ksef_found_anywhere(domain).filtered(
            lambda m: (m.ref or "").casefold() == reading.number.casefold()
        )
        if reading.issued:
            found = found.filtered(
                lambda m: (
                    not m.invoice_date or m.invoice_date.year == reading.issued.year
                )
            )
        number = job.receipt.ksef_number
        if number:
            found = found.filtered(lambda m: not m.l10n_pl_ksef_number)
        by_hand = found.filtered(lambda m: not m.l10n_pl_ksef_source_hash)
        alike = found.filtered(lambda m: m._l10n_pl_ksef_is_alike(job))
        if by_hand or (number and alike):
            return (by_hand or alike)[:1]
        if found:
            # Another file with the same number: a person decides which one counts.
            job.notes.add("same_number", name=found[0].display_name)
        return self.browse()

    def _l10n_pl_ksef_is_alike(self, job):
        """Tell whether this bill has the date and the total of the document."""
        given = abs(job.reading.gross or job.reading.total)
        return (
            job.currency == self.currency_id
            and self.invoice_date == job.reading.issued
            and not self.currency_id.compare_amounts(float(given), self.amount_total)
        )

    @api.model
    def _l10n_pl_ksef_number_domain(self, numbers):
        """Return the domain of KSeF numbers, those of Odoo's own module included."""
        domain = Domain("l10n_pl_ksef_number", "in", numbers)
        if "l10n_pl_edi_number" in self._fields:
            domain |= Domain("l10n_pl_edi_number", "in", numbers)
        return domain

    def _l10n_pl_ksef_found_anywhere(self, domain):
        """Search also where the user does not look: nothing is booked twice.

        :return: bills with ``sudo``
        """
        return self.sudo()._l10n_pl_ksef_found(domain)

    def _l10n_pl_ksef_found(self, domain):
        return self.env["account.move"].search(domain, order="id")

    # -- what is corrected -----------------------------------------------------
    def _l10n_pl_ksef_import_originals(self, job):
        """Return the corrected bills that are here; fill in their KSeF numbers."""
        numbers = {number for _ref, number, _date in job.corrected if number}
        refs = {ref for ref, _number, _date in job.corrected if ref}
        base = Domain(
            [
                ("company_id", "=", job.company.id),
                ("move_type", "in", _SALE if job.is_sale else _PURCHASE),
                ("state", "!=", "cancel"),
                ("id", "not in", self.ids),
            ]
        )
        found = self.browse()
        if numbers:
            domain = base & self._l10n_pl_ksef_number_domain(list(numbers))
            found |= self._l10n_pl_ksef_found(domain)
        if refs and job.partner:
            partner = job.partner.commercial_partner_id
            domain = base & Domain(
                [
                    ("ref", "in", list(refs)),
                    ("commercial_partner_id", "=", partner.id),
                ]
            )
            found |= self._l10n_pl_ksef_found(domain)
        self._l10n_pl_ksef_fill_numbers(job, found)
        return found

    def _l10n_pl_ksef_fill_numbers(self, job, found):
        """Give the KSeF number to originals that were entered without one."""
        taken = set(found.mapped("l10n_pl_ksef_number"))
        by_ref = {ref: number for ref, number, _date in job.corrected if number}
        for move in found:
            number = by_ref.get(move.ref)
            if number and number not in taken and not move.l10n_pl_ksef_number:
                move.sudo().l10n_pl_ksef_number = number
                taken.add(number)

    def _l10n_pl_ksef_import_correction(self, job):
        """Return the values that tie a correction to the bill that it corrects."""
        if not job.reading.is_correction:
            return {}
        fa = job.reading.fa
        values = {
            "l10n_pl_ksef_correction_reason": text(fa.PrzyczynaKorekty) or False,
            "l10n_pl_ksef_correction_type": str(fa.TypKorekty)
            if fa.TypKorekty in codes.CORRECTION_TYPES
            else False,
            "l10n_pl_ksef_corrected_period": text(fa.OkresFaKorygowanej) or False,
        }
        numbers = [ref or number for ref, number, _date in job.corrected]
        shown = ", ".join(numbers[:_SHOWN]) + (" …" if len(numbers) > _SHOWN else "")
        reason = text(fa.PrzyczynaKorekty) or "-"
        job.notes.add("corrects", numbers=shown or "-", reason=reason)
        self._l10n_pl_ksef_tell_former_data(job)
        job.originals = self._l10n_pl_ksef_import_originals(job)
        here = _numbers_of(job.originals)
        job.sought += [
            (number or "", ref)
            for ref, number, _date in job.corrected
            if not {ref, number} & here
        ]
        roots = job.originals.filtered(
            lambda m: (
                "KOR" not in (m.l10n_pl_ksef_received_kind or "")
                and not m.reversed_entry_id
            )
        )
        originals = roots or job.originals
        if not originals:
            job.notes.add("original_unknown", numbers=shown or "-")
            return values
        if len(originals) > 1:
            bills = ", ".join(originals.mapped("display_name"))
            job.notes.add("originals_many", bills=bills)
            return {
                **values,
                "l10n_pl_ksef_corrected_ids": [Command.set(originals.ids)],
            }
        if job.reading.is_refund:
            values["reversed_entry_id"] = originals.id
        elif "debit_origin_id" in self._fields:
            values["debit_origin_id"] = originals.id
        return values

    def _l10n_pl_ksef_tell_former_data(self, job):
        """Tell what the names and addresses were before the correction."""
        fa = job.reading.fa
        parties = [fa.Podmiot1K] if fa.Podmiot1K else []
        lines = []
        for party in (*parties, *fa.Podmiot2K):
            found, place = identity(party), party.Adres
            values = [found.NIP, found.Nazwa]
            values += [place.AdresL1, place.AdresL2] if place else []
            lines.append(", ".join(filter(None, map(text, values))))
        if fa.NrFaKorygowany:
            lines.append(text(fa.NrFaKorygowany))
        if lines:
            job.notes.add("changed_data", data="; ".join(lines))

    def _l10n_pl_ksef_tell_originals(self, job):
        """Tell the corrected bills of a correction without amounts."""
        body = job.notes.as_html()
        link = self._get_html_link(title=job.reading.number or "KSeF")
        for move in job.originals:
            move.message_post(body=Markup("%s%s") % (link, body))

    # -- what is settled -------------------------------------------------------
    def _l10n_pl_ksef_import_advances(self, job):
        """Name the advance invoices that the document settles, and look for them.

        :return: those that are here
        """
        pairs = [
            (text(one.NrKSeFFaZaliczkowej), text(one.NrFaZaliczkowej))
            for one in job.reading.fa.FakturaZaliczkowa
        ]
        given = [number or ref for number, ref in pairs if number or ref]
        if not given:
            return job.advances
        job.advance_numbers = ", ".join(given[:_SHOWN])
        job.notes.add("settles", numbers=job.advance_numbers)
        partner = job.partner.commercial_partner_id
        by_ref = Domain(
            [("ref", "in", given), ("commercial_partner_id", "=", partner.id)]
        )
        domain = Domain(
            [
                ("company_id", "=", job.company.id),
                ("move_type", "in", _SALE if job.is_sale else _PURCHASE),
                ("state", "!=", "cancel"),
            ]
        ) & (self._l10n_pl_ksef_number_domain(given) | by_ref)
        job.advances = found = self._l10n_pl_ksef_found(domain)
        known = _numbers_of(found)
        job.sought += [pair for pair in pairs if any(pair) and not {*pair} & known]
        missing = [number for number in given if number not in known]
        if missing:
            job.notes.add("advance_missing", numbers=", ".join(missing[:_SHOWN]))
        return found


def _numbers_of(moves):
    """Return the numbers by which other documents name these bills."""
    names = {"ref", "l10n_pl_ksef_number", "l10n_pl_edi_number"} & set(moves._fields)
    return {move[name] for move in moves for name in names} - {False, ""}
