"""Who issued a received invoice: found by NIP, created when nobody has it.

Name, address and bank account only choose between contacts with the same NIP: a name
alone never identifies anybody. What is stored of a contact is not overwritten.
"""

import re
from functools import cached_property

from ...ksef import identifiers
from .fa3_import_reading import identity, nip, text
from .res_company_bills import ASK

_ZIP_CITY = re.compile(r"\b(\d{2}-\d{3})\b[\s,]*([^,]+)")
#: legal forms, written in a dozen ways.
_FORMS = (
    (re.compile(r"sp[oó]łka z ograniczon[aą] odpowiedzialno[sś]ci[aą]"), "spzoo"),
    (re.compile(r"sp\.?\s*z\s*o\.?\s*o\.?"), "spzoo"),
    (re.compile(r"sp[oó]łka akcyjna|s\.\s*a\."), "sa"),
)


class Supplier:
    """The other party of a document, on its way to be a contact.

    :ivar party: ``Podmiot1`` of a bill, ``Podmiot2`` of a self-billed sale
    :ivar partner: the contact, after ``find`` or ``create``
    """

    def __init__(self, party, company, accounts, notes):
        self.party = party
        self.company = company
        self.accounts = accounts
        self.notes = notes
        self.env = company.env
        self.partner = self.env["res.partner"]
        self._found = None

    @cached_property
    def nip(self):
        return nip(identity(self.party).NIP)

    @cached_property
    def name(self):
        return text(identity(self.party).Nazwa) or self.nip

    @cached_property
    def address(self):
        """The values of its address, ready to be stored."""
        found = self.party.Adres
        if not found:
            return {}
        code = text(found.KodKraju)
        first, second = text(found.AdresL1), text(found.AdresL2)
        country = self.env["res.country"].search([("code", "=", code)], limit=1)
        values = {"country_id": country.id, "street": first}
        match = _ZIP_CITY.search(second) or (not second and _ZIP_CITY.search(first))
        if match:
            values.update(zip=match[1], city=match[2].strip())
            if not second:
                values["street"] = first[: match.start()].strip(" ,")
            return values
        return {**values, "street2": second}

    @property
    def address_line(self):
        found = self.party.Adres
        parts = (found.AdresL1, found.AdresL2, found.KodKraju) if found else ()
        return ", ".join(filter(None, map(text, parts)))

    # -- finding ---------------------------------------------------------------
    def find(self):
        """Return the contact, created when there is none.

        Empty without a name, or where the company wants to be asked.
        """
        if not self.name:
            self.notes.add("supplier_unknown")
            return self.partner
        self.partner = self.known()
        if not self.partner and self.company.l10n_pl_ksef_new_supplier == ASK:
            self.notes.add("supplier_to_choose", name=self.name, nip=self.nip or "-")
        elif not self.partner:
            self.partner = self.create_contact()
        return self.partner

    def known(self):
        """Return the contact that the books have, or an empty one."""
        if self._found is None:
            self._found = self._search()
        return self._found

    def _search(self):
        number = self.nip or self._foreign_number()
        if not number:
            return self.partner
        found = self._with_number(number)
        if not found:
            found = self._with_number(number, active=False)[:1]
            if found:
                self.notes.add("supplier_archived", name=found.display_name)
        chosen = self._chosen(found)
        if chosen:
            self._compare(chosen)
        return chosen

    def _with_number(self, number, *, active=True):
        """Return contacts of the company, else shared ones, heads of firms first."""
        model = self.env["res.partner"].with_context(active_test=active)
        domain = [*model._check_company_domain(self.company)]
        if self.nip:
            exact = ("vat", "in", identifiers.nip_spellings(number))
            loose = ("vat", "=like", "%" + "%".join(number))
            found = model.search([*domain, exact]) or model.search(
                [*domain, loose]
            ).filtered(lambda p: identifiers.normalize_nip(p.vat) == number)
        else:
            found = model.search([*domain, ("vat", "=", number)])
        found = found.filtered(lambda p: p.company_id) or found
        return found.filtered(lambda p: not p.parent_id) or found.commercial_partner_id

    def _foreign_number(self):
        """Return the tax number of a buyer abroad (self-billing)."""
        found = identity(self.party)
        prefix, number = (text(getattr(found, n, None)) for n in ("KodUE", "NrVatUE"))
        return prefix + number if number else text(getattr(found, "NrID", None))

    def _chosen(self, found):
        """Return one of several contacts with the same number."""
        if len(found) < 2:
            return found
        for test in (self._same_name, self._same_place, self._same_account):
            fitting = found.filtered(test)
            if len(fitting) == 1:
                return fitting
            found = fitting or found
        latest = self.env["account.move"].search(
            [
                ("company_id", "=", self.company.id),
                ("commercial_partner_id", "in", found.ids),
                ("move_type", "in", ("in_invoice", "in_refund")),
            ],
            order="invoice_date desc, id desc",
            limit=1,
        )
        chosen = latest.commercial_partner_id or found.sorted("id")[:1]
        self.notes.add("supplier_ambiguous", nip=self.nip, name=chosen.display_name)
        return chosen

    def _same_name(self, partner):
        return plain(partner.name) == plain(self.name)

    def _same_place(self, partner):
        place = self.address
        return bool(place) and (partner.zip, plain(partner.street)) == (
            place.get("zip", False),
            plain(place.get("street")),
        )

    def _same_account(self, partner):
        numbers = partner.sudo().bank_ids.mapped("sanitized_acc_number")
        return bool({n[-26:] for n in numbers if n} & self.accounts)

    def _compare(self, partner):
        if not self._same_name(partner):
            self.notes.add(
                "supplier_renamed", name=self.name, address=self.address_line
            )

    # -- creating --------------------------------------------------------------
    def create_contact(self):
        """Create the contact with all that the document says of it."""
        contact = next(iter(self.party.DaneKontaktowe), None)
        values = {
            "name": self.name,
            "is_company": True,
            "company_id": False,
            "email": contact and text(contact.Email),
            "phone": contact and text(contact.Telefon),
            "l10n_pl_ksef_eori": text(self.party.NrEORI)[:256],
            **self.address,
            **self._number_values(),
        }
        languages = dict(self.env["res.lang"].get_installed())
        if "pl_PL" in languages and self.nip:
            values["lang"] = "pl_PL"
        # Who may enter bills need not be one who may create contacts by hand.
        partner = self.env["res.partner"].sudo().create(values).sudo(False)
        self.notes.add("supplier_created", name=partner.display_name)
        return partner

    def _number_values(self):
        """Return the tax number, unless the books would refuse it."""
        if self.nip:
            if identifiers.is_nip(self.nip):
                return {"vat": f"PL{self.nip}"}
            self.notes.add("supplier_without_nip", nip=self.nip, name=self.name)
            return {}
        number = self._foreign_number()
        if not number:
            return {}
        country = self.env["res.country"].browse(self.address.get("country_id"))
        checked, _code = self.env["res.partner"]._run_vat_checks(
            country, number, validation="setnull"
        )
        return {"vat": checked or False}


def plain(name):
    """Return a name for comparing: no case, no punctuation, one legal form each."""
    found = " ".join((name or "").casefold().split())
    for pattern, form in _FORMS:
        found = pattern.sub(form, found)
    return re.sub(r"\W+", "", found)
