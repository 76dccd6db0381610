"""Podmiot1, Podmiot2, Podmiot3: who sells, who buys, who else takes part."""

from odoo import api, models

from ...ksef.fa3 import model
from .fa3_identity import Identity, identify, without_eu_number
from .fa3_text import cut, email, phone, quantity, whole

#: rates for which the law wants the seller's EU prefix (art. 97(10), art. 100(1)).
_PREFIXED_RATES = {"0 WDT", "np II"}
TRIANGULAR = "TT_D"
#: types of a buyer's address that may be a branch of it.
_UNIT_TYPES = ("delivery", "other")
#: Podmiot3/Rola.
FACTOR = "1"
RECIPIENT, JST_RECIPIENT, VAT_GROUP_RECIPIENT = 2, 8, 10
_RECIPIENT_OF_GOODS = "Odbiorca towaru"


def needs_prefix(source):
    """Tell whether seller and buyer must appear with their EU prefixes."""
    return bool(source.rates & _PREFIXED_RATES) or is_triangular(source)


def is_triangular(source):
    return any(row.tax.procedure == TRIANGULAR for row in source.all_rows)


def contact(partner):
    """Return the contact data of a partner as a tuple of at most one."""
    found = model.DaneKontaktowe(
        Email=email(partner.email), Telefon=phone(partner.phone)
    )
    return (found,) if found.Email or found.Telefon else ()


def identification(kind, identity, name, *, internal_id=None):
    """Return ``TPodmiot2`` or ``TPodmiot3`` for an identity."""
    if internal_id:
        return kind(IDWew=internal_id, Nazwa=name)
    return kind(
        NIP=identity.nip,
        KodUE=identity.eu_prefix,
        NrVatUE=identity.eu_number,
        KodKraju=identity.other_country,
        NrID=identity.other_number,
        BrakID=not identity.is_known or None,
        Nazwa=name,
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.private
    def _l10n_pl_ksef_seller_nip(self):
        nip = super()._l10n_pl_ksef_seller_nip()
        if self.is_sale_document():
            return nip
        return identify(self.commercial_partner_id).nip or False

    def _l10n_pl_ksef_fa3_seller(self, source):
        seller, company = source.seller, source.company
        status = not source.is_self_billing and company.l10n_pl_ksef_taxpayer_status
        return model.Podmiot1(
            PrefiksPodatnika="PL" if needs_prefix(source) else None,
            NrEORI=whole(seller.l10n_pl_ksef_eori, 256),
            DaneIdentyfikacyjne=model.TPodmiot1(
                NIP=source.seller_identity.nip, Nazwa=cut(seller.name, 512)
            ),
            Adres=source.facts.address(seller, "PL"),
            DaneKontaktowe=contact(seller),
            StatusInfoPodatnika=int(status) if status else None,
        )

    def _l10n_pl_ksef_fa3_buyer(self, source):
        buyer = source.buyer
        identified, place = self._l10n_pl_ksef_fa3_buyer_data(source)
        return model.Podmiot2(
            NrEORI=whole(buyer.l10n_pl_ksef_eori, 256),
            DaneIdentyfikacyjne=identified,
            Adres=place,
            AdresKoresp=source.move._l10n_pl_ksef_fa3_postal_address(source),
            DaneKontaktowe=source.move._l10n_pl_ksef_fa3_buyer_contact(source),
            NrKlienta=whole(buyer.ref, 256),
            JST=1 if buyer.l10n_pl_ksef_jst else 2,
            GV=1 if buyer.l10n_pl_ksef_gv else 2,
        )

    def _l10n_pl_ksef_fa3_buyer_data(self, source):
        """Return identification and address of the buyer (UPR: only its NIP)."""
        buyer, identity = source.buyer, source.buyer_identity
        if not (source.company.l10n_pl_ksef_eu_numbers or needs_prefix(source)):
            identity = without_eu_number(identity)
        if source.kind == "UPR":
            return identification(model.TPodmiot2, identity, None), None
        name = cut(buyer.name, 512)
        default_country = "PL" if identity.nip else None
        return (
            identification(model.TPodmiot2, identity, name),
            source.facts.address(buyer, default_country),
        )

    def _l10n_pl_ksef_fa3_buyer_contact(self, source):
        """Return the buyer's contact data; a consumer's only by the company's wish."""
        if (
            not source.buyer_identity.is_known
            and not source.company.l10n_pl_ksef_consumer_contact
        ):
            return ()
        return contact(source.contact) or contact(source.buyer)

    def _l10n_pl_ksef_fa3_postal_address(self, source):
        """Return the address of the buyer's invoice contact, where it has its own."""
        partner = source.contact
        if partner == source.buyer or partner.type != "invoice":
            return None
        postal = source.facts.address(partner, source.buyer.country_id.code)
        if not postal or not postal.KodKraju or source.kind == "UPR":
            return None
        return postal if postal != source.facts.address(source.buyer) else None

    def _l10n_pl_ksef_fa3_third_parties(self, source):
        return (
            *(_third_party(source, party) for party in source.parties),
            *_factor(source),
            *source.move._l10n_pl_ksef_fa3_recipient(source),
        )

    def _l10n_pl_ksef_fa3_recipient(self, source):
        """Return the place of delivery as a third party, where none is given by hand.

        A named address of the buyer is its branch (role 2), its unit of local
        government (8) or its member of a VAT group (10); another firm gets the goods
        but is no party of the sale (role in words).
        """
        shipping, buyer = source.move.partner_shipping_id, source.buyer
        if source.parties or source.is_self_billing or not shipping.name:
            return ()
        if shipping == buyer:
            return ()
        is_own = shipping.commercial_partner_id == buyer
        is_unit = source.buyer_identity.is_known and shipping.type in _UNIT_TYPES
        if is_own and not is_unit:
            return ()
        place = source.facts.address(shipping, buyer.country_id.code)
        if not place or (is_own and place == source.facts.address(buyer)):
            return ()
        identity = Identity() if is_own else source.facts.identity(shipping)
        return (
            model.Podmiot3(
                **_third(source, shipping, identity, place),
                Rola=unit_role(buyer) if is_own else None,
                RolaInna=None if is_own else True,
                OpisRoli=None if is_own else _RECIPIENT_OF_GOODS,
            ),
        )


def unit_role(buyer):
    """Return the role of an address that is part of the buyer."""
    if buyer.l10n_pl_ksef_jst:
        return JST_RECIPIENT
    return VAT_GROUP_RECIPIENT if buyer.l10n_pl_ksef_gv else RECIPIENT


def _factor(source):
    """Return the factor whose account is to be paid to, unless it is typed."""
    bank = source.move.partner_bank_id
    factor = bank.l10n_pl_ksef_is_factor and bank.l10n_pl_ksef_factor_id
    if not factor or any(party.role == FACTOR for party in source.parties):
        return ()
    identity = source.facts.identity(factor)
    place = source.facts.address(factor, "PL" if identity.nip else None)
    third = _third(source, factor, identity, place)
    return (model.Podmiot3(**third, Rola=int(FACTOR)),)


def _third(source, partner, identity, place):
    """Return who and where a third party is, as fields of ``Podmiot3``.

    Contact data of persons appear only by the company's wish, as those of consumers.
    """
    internal_id = partner.l10n_pl_ksef_internal_id or None
    is_firm = identity.is_known or internal_id
    may_contact = is_firm or source.company.l10n_pl_ksef_consumer_contact
    return {
        "DaneIdentyfikacyjne": identification(
            model.TPodmiot3,
            identity,
            cut(partner.name, 512),
            internal_id=internal_id,
        ),
        "Adres": place if place and place.KodKraju else None,
        "AdresKoresp": _postal(source, partner, place),
        "DaneKontaktowe": contact(partner) if may_contact else (),
    }


def _postal(source, partner, place):
    """Return the address for invoices of a third party, where it has its own."""
    for child in partner.child_ids:
        postal = child.type == "invoice" and source.facts.address(
            child, partner.country_id.code
        )
        if postal and postal.KodKraju and postal != place:
            return postal
    return None


def _third_party(source, party):
    partner = party.partner_id
    is_other = party.role == "other"
    identity = source.facts.identity(partner)
    place = source.facts.address(partner, "PL" if identity.nip else None)
    return model.Podmiot3(
        NrEORI=whole(partner.l10n_pl_ksef_eori, 256),
        **_third(source, partner, identity, place),
        Rola=None if is_other else int(party.role),
        RolaInna=True if is_other else None,
        OpisRoli=cut(party.role_other, 256) if is_other else None,
        Udzial=quantity(party.share) if party.role == "4" and party.share else None,
        NrKlienta=whole(party.customer_number, 256),
    )
