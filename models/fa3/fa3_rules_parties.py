"""Rules about seller, buyer and third parties."""

import re

from odoo.tools import LazyTranslate

from ...ksef.identifiers import is_internal_id, is_nip
from ..common.fa3_rule import ERROR, WARNING, Rule, found
from .account_move_fa3_parties import needs_prefix
from .account_move_fa3_vehicles import sells_only_vehicles

_lt = LazyTranslate(__name__)

_EU_NUMBER = re.compile(r"[0-9A-Z+*]{1,12}")
#: mark of the buyer -> role of the unit that must be named as a third party.
UNIT_ROLES = (("l10n_pl_ksef_jst", "8"), ("l10n_pl_ksef_gv", "10"))


def _seller_nip(source):
    if not is_nip(source.seller_identity.nip or ""):
        yield found(source.seller, "vat", company=source.seller.name)


def _seller_address(source):
    if not source.facts.address(source.seller, "PL"):
        yield found(source.seller, "street", company=source.seller.name)


def _buyer_nip(source):
    nip = source.buyer_identity.nip
    if nip and not is_nip(nip):
        yield found(source.buyer, "vat", buyer=source.buyer.name, number=nip)


def _buyer_without_nip(source):
    buyer = source.buyer
    is_polish = buyer.country_id.code in ("PL", False)
    if (
        is_polish
        and buyer.is_company
        and not source.buyer_identity.is_known
        and not buyer.l10n_pl_ksef_no_tax_id
    ):
        yield found(buyer, "vat", buyer=buyer.name)


def _buyer_eu_number(source):
    identity = source.buyer_identity
    if identity.eu_prefix and not _EU_NUMBER.fullmatch(identity.eu_number):
        yield found(
            source.buyer, "vat", buyer=source.buyer.name, number=identity.eu_number
        )


def _buyer_without_eu_number(source):
    if sells_only_vehicles(source):
        # Art. 13(2)(4): also to a buyer who is no taxpayer.
        return
    if needs_prefix(source) and not source.buyer_identity.eu_number:
        yield found(source.buyer, "vat", buyer=source.buyer.name)


def _buyer_address(source):
    if source.kind != "UPR" and not source.facts.address(source.buyer):
        yield found(source.buyer, "street", buyer=source.buyer.name)


def _buyer_country(source):
    is_polish = source.buyer_identity.nip or source.kind == "UPR"
    if not source.buyer.country_id and not is_polish:
        yield found(source.buyer, "country_id", buyer=source.buyer.name)


def _buyer_is_seller(source):
    nip = source.buyer_identity.nip
    if nip and nip == source.seller_identity.nip and not source.parties:
        yield found(source.buyer, "vat", buyer=source.buyer.name)


def _unit_missing(source):
    for mark, role in UNIT_ROLES:
        if not source.buyer[mark]:
            continue
        units = source.parties.filtered(lambda party, role=role: party.role == role)
        shown = source.move._l10n_pl_ksef_fa3_recipient(source)
        if any(
            str(one.Rola) == role and one.DaneIdentyfikacyjne.IDWew for one in shown
        ):
            continue
        if not any(_is_identified(source, unit.partner_id) for unit in units):
            yield found(source.move, "l10n_pl_ksef_party_ids", buyer=source.buyer.name)


def _is_identified(source, partner):
    return bool(partner.l10n_pl_ksef_internal_id or source.facts.identity(partner).nip)


def _party_numbers(source):
    for party in source.parties:
        partner = party.partner_id
        internal_id, nip = (
            partner.l10n_pl_ksef_internal_id,
            source.facts.identity(partner).nip,
        )
        if internal_id and not is_internal_id(internal_id):
            field = "l10n_pl_ksef_internal_id"
            yield found(partner, field, party=partner.name, number=internal_id)
        elif not internal_id and nip and not is_nip(nip):
            yield found(partner, "vat", party=partner.name, number=nip)


def _role_without_words(source):
    for party in source.parties:
        if party.role == "other" and not party.role_other:
            yield found(party, "role_other", party=party.partner_id.name)


RULES = (
    Rule(
        ERROR,
        "seller_nip",
        _lt("The seller %(company)s needs a valid NIP."),
        _seller_nip,
    ),
    Rule(
        ERROR,
        "seller_address",
        _lt("The seller %(company)s needs an address."),
        _seller_address,
    ),
    Rule(
        ERROR,
        "buyer_nip",
        _lt("%(number)s is not a valid NIP: check the tax number of %(buyer)s."),
        _buyer_nip,
    ),
    Rule(
        ERROR,
        "buyer_without_nip",
        _lt(
            "%(buyer)s is a company without a NIP and would not see the invoice in"
            " KSeF. Enter the NIP, or tick “No tax number” on the contact."
        ),
        _buyer_without_nip,
    ),
    Rule(
        ERROR,
        "buyer_eu_number",
        _lt("%(number)s is not a valid EU VAT number: check the contact %(buyer)s."),
        _buyer_eu_number,
    ),
    Rule(
        ERROR,
        "buyer_without_eu_number",
        _lt(
            "Intra-Community supplies and services need the buyer's EU VAT number:"
            " enter it on the contact %(buyer)s."
        ),
        _buyer_without_eu_number,
    ),
    Rule(
        ERROR,
        "buyer_address",
        _lt("The buyer %(buyer)s needs an address."),
        _buyer_address,
    ),
    Rule(
        ERROR,
        "buyer_country",
        _lt("The buyer %(buyer)s needs a country."),
        _buyer_country,
    ),
    Rule(
        WARNING,
        "buyer_is_seller",
        _lt("The buyer %(buyer)s has the same NIP as the seller."),
        _buyer_is_seller,
    ),
    Rule(
        ERROR,
        "unit_missing",
        _lt(
            "%(buyer)s buys for a unit of local government or of a VAT group: name the"
            " unit, with its NIP or internal identifier, among the third parties."
        ),
        _unit_missing,
    ),
    Rule(
        ERROR,
        "party_number",
        _lt("%(number)s is not a valid number of the third party %(party)s."),
        _party_numbers,
    ),
    Rule(
        ERROR,
        "role_without_words",
        _lt("Describe the role of the third party %(party)s."),
        _role_without_words,
    ),
)
