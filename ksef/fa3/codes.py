"""Code tables of FA(3): wire value first, then what it means.

The Polish labels are the terms of the schema and of the KSeF brochure, for people
who read a document; errors and logs use the wire values.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TypeVar

Key = TypeVar("Key", str, int)


def _table(rows: dict[Key, str]) -> MappingProxyType[Key, str]:
    return MappingProxyType(rows)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMESPACE_FA3 = "http://crd.gov.pl/wzor/2025/06/25/13775/"
NAMESPACE_FA2 = "http://crd.gov.pl/wzor/2023/06/29/12648/"
NAMESPACE_FA_RR = "http://crd.gov.pl/wzor/2026/03/06/14189/"
#: Namespace of the base types that both schemas import.
NAMESPACE_TYPES = (
    "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/01/05/eD/DefinicjeTypy/"
)

#: P_12 (TStawkaPodatku). Rows of an OSS or margin sale carry none of them.
RATES = _table(
    {
        "23": "23%",
        "22": "22%",
        "8": "8%",
        "7": "7%",
        "5": "5%",
        "4": "4%",
        "3": "3%",
        "0 KR": "0% - sprzedaż krajowa",
        "0 WDT": "0% - wewnątrzwspólnotowa dostawa towarów",
        "0 EX": "0% - eksport towarów",
        "zw": "zwolnione od podatku",
        "oo": "odwrotne obciążenie",
        "np I": "niepodlegające opodatkowaniu - poza terytorium kraju",
        "np II": "niepodlegające opodatkowaniu - art. 100 ust. 1 pkt 4 ustawy",
    }
)
#: P_12 of FA(2), where the kinds of 0% and of np are not told apart.
RATES_FA2 = ("23", "22", "8", "7", "5", "4", "3", "0", "zw", "oo", "np")

KINDS = _table(
    {
        "VAT": "Faktura podstawowa",
        "KOR": "Faktura korygująca",
        "ZAL": "Faktura zaliczkowa",
        "ROZ": "Faktura rozliczeniowa (art. 106f ust. 3 ustawy)",
        "UPR": "Faktura uproszczona (art. 106e ust. 5 pkt 3 ustawy)",
        "KOR_ZAL": "Korekta faktury zaliczkowej",
        "KOR_ROZ": "Korekta faktury rozliczeniowej",
    }
)
#: Kinds that correct another invoice.
CORRECTION_KINDS = frozenset({"KOR", "KOR_ZAL", "KOR_ROZ"})

CORRECTION_TYPES = _table(
    {
        1: "w dacie ujęcia faktury pierwotnej",
        2: "w dacie wystawienia faktury korygującej",
        3: "w dacie innej, w tym różnej dla pozycji",
    }
)

#: Podmiot3/Rola.
ROLES = _table(
    {
        1: "Faktor",
        2: "Odbiorca",
        3: "Podmiot pierwotny",
        4: "Dodatkowy nabywca",
        5: "Wystawca faktury",
        6: "Dokonujący płatności",
        7: "JST - wystawca",
        8: "JST - odbiorca",
        9: "Członek grupy VAT - wystawca",
        10: "Członek grupy VAT - odbiorca",
        11: "Pracownik",
    }
)
#: PodmiotUpowazniony/RolaPU.
AUTHORISED_ROLES = _table(
    {1: "Organ egzekucyjny", 2: "Komornik sądowy", 3: "Przedstawiciel podatkowy"}
)
#: Podmiot1/StatusInfoPodatnika.
TAXPAYER_STATES = _table(
    {
        1: "Stan likwidacji",
        2: "Postępowanie restrukturyzacyjne",
        3: "Stan upadłości",
        4: "Przedsiębiorstwo w spadku",
    }
)

PAYMENT_FORMS = _table(
    {
        1: "Gotówka",
        2: "Karta",
        3: "Bon",
        4: "Czek",
        5: "Kredyt",
        6: "Przelew",
        7: "Mobilna",
    }
)
#: RachunekWlasnyBanku: the bank's own account behind the payment.
BANK_OWN_ACCOUNTS = _table(
    {
        1: "Rachunek do rozliczeń wierzytelności nabytych przez bank",
        2: "Rachunek do pobrania należności od nabywcy i przekazania jej dostawcy",
        3: "Rachunek w ramach gospodarki własnej",
    }
)

GTU = tuple(f"GTU_{number:02d}" for number in range(1, 14))

PROCEDURES = _table(
    {
        "WSTO_EE": "wewnątrzwspólnotowa sprzedaż na odległość i usługi TBE",
        "IED": "dostawy ułatwiane interfejsem elektronicznym",
        "TT_D": "transakcja trójstronna - dostawa drugiego podatnika",
        "I_42": "WDT po imporcie w procedurze celnej 42",
        "I_63": "WDT po imporcie w procedurze celnej 63",
        "B_SPV": "transfer bonu jednego przeznaczenia",
        "B_SPV_DOSTAWA": "dostawa lub usługa, której dotyczy bon jednego przeznaczenia",
        "B_MPV_PROWIZJA": "pośrednictwo przy transferze bonu różnego przeznaczenia",
    }
)
#: The rows of an order (Zamowienie) know no customs procedures.
ORDER_PROCEDURES = tuple(
    procedure for procedure in PROCEDURES if procedure not in ("I_42", "I_63")
)

TRANSPORTS = _table(
    {
        1: "Transport morski",
        2: "Transport kolejowy",
        3: "Transport drogowy",
        4: "Transport lotniczy",
        5: "Przesyłka pocztowa",
        7: "Stałe instalacje przesyłowe",
        8: "Żegluga śródlądowa",
    }
)
CARGOES = _table(
    {
        1: "Bańka",
        2: "Beczka",
        3: "Butla",
        4: "Karton",
        5: "Kanister",
        6: "Klatka",
        7: "Kontener",
        8: "Kosz/koszyk",
        9: "Łubianka",
        10: "Opakowanie zbiorcze",
        11: "Paczka",
        12: "Pakiet",
        13: "Paleta",
        14: "Pojemnik",
        15: "Pojemnik do ładunków masowych stałych",
        16: "Pojemnik do ładunków masowych w postaci płynnej",
        17: "Pudełko",
        18: "Puszka",
        19: "Skrzynia",
        20: "Worek",
    }
)

#: Column types of the tables in the attachment (Kol/@Typ).
COLUMN_TYPES = ("date", "datetime", "dec", "int", "time", "txt")

#: KodUE: prefixes of VAT UE numbers; Greece is EL here, Northern Ireland XI.
EU_COUNTRIES = _words(
    """
    AT BE BG CY CZ DK EE FI FR DE EL HR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE
    XI
    """
)

#: KodKraju of an address; Greece is GR here, Kosovo XK.
COUNTRIES = _words(
    """
    AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL
    BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW
    CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF
    GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ
    IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU
    LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC
    NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE
    RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD
    TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU
    WF WS XC XI XK XL YE YT ZA ZM ZW
    """
)

CURRENCIES = _words(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV
    BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE
    CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GGP GHS GIP GMD GNF GTQ GYD
    HKD HNL HRK HTG HUF IDR ILS IMP INR IQD IRR ISK JEP JMD JOD JPY KES KGS KHR KMF
    KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR
    MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
    QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLL SOS SRD SSP STN SVC SYP SZL
    THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VES VND VUV
    WST XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA XXX YER ZAR
    ZMW ZWL
    """
)
#: XCG came with FA(3).
CURRENCIES_FA2 = tuple(code for code in CURRENCIES if code != "XCG")
