"""What the codes of FA mean, in an accountant's words: one table per element."""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

_PAYMENT = {
    1: _lt("Cash"),
    2: _lt("Card"),
    3: _lt("Voucher"),
    4: _lt("Cheque"),
    5: _lt("Credit"),
    6: _lt("Bank transfer"),
    7: _lt("Mobile payment"),
}
_RATES = {
    "23": "23%",
    "22": "22%",
    "8": "8%",
    "7": "7%",
    "5": "5%",
    "4": "4%",
    "3": "3%",
}
_PROCEDURES = {
    "WSTO_EE": _lt("distance sales within the EU, electronic services"),
    "IED": _lt("supplies through an electronic interface"),
    "TT_D": _lt("triangular transaction, second taxpayer"),
    "I_42": _lt("supply within the EU after import, procedure 42"),
    "I_63": _lt("supply within the EU after import, procedure 63"),
    "B_SPV": _lt("transfer of a single-purpose voucher"),
    "B_SPV_DOSTAWA": _lt("supply against a single-purpose voucher"),
    "B_MPV_PROWIZJA": _lt("agency for multi-purpose vouchers"),
}
#: element -> code -> meaning; elements that are not here are shown as they are.
CODES = {
    "RodzajFaktury": {
        "VAT": _lt("Invoice"),
        "KOR": _lt("Correcting invoice"),
        "ZAL": _lt("Advance invoice"),
        "ROZ": _lt("Settlement invoice"),
        "UPR": _lt("Simplified invoice"),
        "KOR_ZAL": _lt("Correction of an advance invoice"),
        "KOR_ROZ": _lt("Correction of a settlement invoice"),
    },
    "TypKorekty": {
        1: _lt("on the date of the original invoice"),
        2: _lt("on the date of the correction"),
        3: _lt("on another date, or different by rows"),
    },
    "Rola": {
        1: _lt("Factor"),
        2: _lt("Recipient"),
        3: _lt("Original entity (predecessor)"),
        4: _lt("Additional buyer"),
        5: _lt("Issuer of the invoice"),
        6: _lt("Payer"),
        7: _lt("Local government unit - issuer"),
        8: _lt("Local government unit - recipient"),
        9: _lt("VAT group member - issuer"),
        10: _lt("VAT group member - recipient"),
        11: _lt("Employee"),
    },
    "RolaPU": {
        1: _lt("Enforcement body"),
        2: _lt("Bailiff"),
        3: _lt("Tax representative"),
    },
    "StatusInfoPodatnika": {
        1: _lt("In liquidation"),
        2: _lt("In restructuring"),
        3: _lt("In bankruptcy"),
        4: _lt("Enterprise in inheritance"),
    },
    "FormaPlatnosci": _PAYMENT,
    "ZnacznikZaplatyCzesciowej": {
        1: _lt("paid in part"),
        2: _lt("paid in full, in parts"),
    },
    "RachunekWlasnyBanku": {
        1: _lt("for receivables that the bank has bought"),
        2: _lt("for receivables that the bank collects for the seller"),
        3: _lt("of the bank's own business, not for settlements"),
    },
    "RodzajTransportu": {
        1: _lt("Sea"),
        2: _lt("Rail"),
        3: _lt("Road"),
        4: _lt("Air"),
        5: _lt("Post"),
        7: _lt("Fixed installations"),
        8: _lt("Inland waterway"),
    },
    "OpisLadunku": {
        1: _lt("Can"),
        2: _lt("Barrel"),
        3: _lt("Cylinder"),
        4: _lt("Cardboard box"),
        5: _lt("Canister"),
        6: _lt("Cage"),
        7: _lt("Container"),
        8: _lt("Basket"),
        9: _lt("Punnet"),
        10: _lt("Bulk packaging"),
        11: _lt("Parcel"),
        12: _lt("Bundle"),
        13: _lt("Pallet"),
        14: _lt("Bin"),
        15: _lt("Bin for solid bulk cargo"),
        16: _lt("Bin for liquid bulk cargo"),
        17: _lt("Box"),
        18: _lt("Tin"),
        19: _lt("Crate"),
        20: _lt("Sack"),
    },
    "P_12": {
        **_RATES,
        "0 KR": _lt("0% domestic"),
        "0 WDT": _lt("0% WDT"),
        "0 EX": _lt("0% export"),
    },
    "Procedura": _PROCEDURES,
}
CODES["P_12Z"] = CODES["P_12"]
CODES["ProceduraZ"] = CODES["Procedura"]
#: codes that are shown in front of their meaning.
WITH_CODE = frozenset({"Procedura", "ProceduraZ", "TypKorekty"})


def meaning_of(env, name, code):
    """Return the meaning of a code, or the code itself."""
    found = CODES.get(name, {}).get(code)
    if found is None:
        return str(code)
    meaning = found if isinstance(found, str) else env._(found)
    return f"{code} - {meaning}" if name in WITH_CODE else meaning
