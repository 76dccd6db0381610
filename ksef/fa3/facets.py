"""The simple types of FA(3) and FA(2): what a single value may look like.

Names are those of the schema; a few anonymous types got a name here. ``values``
checks against these rows, ``schema`` declares the base types to the XSD from them.
Source: schemat_FA(3)_v1-0E.xsd, schemat_FA(2)_v1-0E.xsd and the base types
(ElementarneTypyDanych_v10-0E.xsd, KodyKrajow_v10-0E.xsd).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from . import codes


class Form(Enum):
    """Python type of a value in the model."""

    TEXT = "string"
    AMOUNT = "decimal, written with two decimals"
    NUMBER = "decimal"
    INTEGER = "integer"
    FLAG = "boolean, present only as 1"
    DATE = "date"
    MOMENT = "dateTime"


class Space(Enum):
    """XSD whiteSpace: done before every other facet looks at the value."""

    PRESERVE = "preserve"
    REPLACE = "replace"
    COLLAPSE = "collapse"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleType:
    """One simple type with its facets; unset means unlimited.

    :ivar least: inclusive bound in its written form; ``most`` alike
    :ivar choices: code list; integers are compared as numbers
    :ivar fixed: the only value allowed (the element may also be empty)
    """

    name: str
    form: Form = Form.TEXT
    space: Space = Space.COLLAPSE
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    choices: tuple[str, ...] = ()
    least: str | None = None
    most: str | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    fixed: str | None = None


def _token(name: str, maximum: int, minimum: int = 1) -> SimpleType:
    return SimpleType(name=name, min_length=minimum, max_length=maximum)


def _decimal(name: str, integer_digits: int, digits: int, form: Form) -> SimpleType:
    return SimpleType(
        name=name,
        form=form,
        pattern=rf"-?([1-9]\d{{0,{integer_digits - 1}}}|0)(\.\d{{1,{digits}}})?",
        total_digits=integer_digits + digits,
        fraction_digits=digits,
    )


def _date(name: str, least: str) -> SimpleType:
    return SimpleType(
        name=name,
        form=Form.DATE,
        pattern=r"((\d{4})-(\d{2})-(\d{2}))",
        least=least,
        most="2050-01-01",
    )


def _moment(name: str, least: str) -> SimpleType:
    return SimpleType(
        name=name, form=Form.MOMENT, least=least, most="2050-01-01T23:59:59Z"
    )


def _codes(
    name: str, choices: Iterable[str | int], space: Space = Space.COLLAPSE
) -> SimpleType:
    """Make a code list; integer choices make an integer type."""
    rows = tuple(choices)
    form = Form.INTEGER if isinstance(rows[0], int) else Form.TEXT
    return SimpleType(
        name=name, form=form, space=space, choices=tuple(str(row) for row in rows)
    )


# Texts.
TZnakowy = _token("TZnakowy", 256)
TZnakowy2 = _token("TZnakowy2", 256, 0)
TZnakowy20 = _token("TZnakowy20", 20)
TZnakowy50 = _token("TZnakowy50", 50)
TZnakowy512 = _token("TZnakowy512", 512)
TTekstowy = replace(_token("TTekstowy", 3500), space=Space.PRESERVE)
TNumerTelefonu = _token("TNumerTelefonu", 16)
TGLN = _token("TGLN", 13)
TIDNabywcy = _token("IDNabywcy", 32)
TBDO = _token("BDO", 9)
TAdresEmail = replace(_token("TAdresEmail", 255, 3), pattern=r"(.)+@(.)+")
TLinkDoPlatnosci = replace(
    TZnakowy512,
    name="LinkDoPlatnosci",
    pattern=r"(https?)://([a-zA-Z0-9][a-zA-Z0-9-]*\.)+[a-zA-Z]{2,}(:[0-9]{1,5})?"
    r"(/[^\s?#]*)?\?([^#\s]*&)?IPKSeF=[0-9]{3}[a-zA-Z0-9]{10}(&[^#\s]*)?(#.*)?",
)

# Identifiers: never cut, never cleaned.
_NIP = r"[1-9]((\d[1-9])|([1-9]\d))\d{7}"
TNrNIP = SimpleType(name="TNrNIP", space=Space.PRESERVE, pattern=_NIP)
TNIPIdWew = replace(TZnakowy20, name="TNIPIdWew", pattern=_NIP + r"-\d{5}")
TNrVatUE = SimpleType(
    name="TNrVatUE", space=Space.PRESERVE, pattern=r"(\d|[A-Z]|\+|\*){1,12}"
)
TNrIdentyfikacjiPodatkowej = SimpleType(
    name="TNrIdentyfikacjiPodatkowej",
    space=Space.REPLACE,
    min_length=1,
    max_length=50,
)
TNrIDFA2 = replace(
    TNrIdentyfikacjiPodatkowej, name="NrID (2)", pattern=r"[a-zA-Z0-9]{1,50}"
)
TNrKRS = SimpleType(name="TNrKRS", space=Space.PRESERVE, pattern=r"\d{10}")
#: A union of two patterns in the schema.
TNrREGON = SimpleType(
    name="TNrREGON", space=Space.PRESERVE, pattern=r"(\d{9})|(\d{14})"
)
TNumerKSeF = SimpleType(
    name="TNumerKSeF",
    pattern=rf"({_NIP}|M\d{{9}}|[A-Z]{{3}}\d{{7}})-"
    r"(20[2-9][0-9]|2[1-9][0-9]{2}|[3-9][0-9]{3})(0[1-9]|1[0-2])"
    r"(0[1-9]|[1-2][0-9]|3[0-1])-([0-9A-F]{6})-?([0-9A-F]{6})-([0-9A-F]{2})",
)
TNrRB = SimpleType(name="TNrRB", space=Space.PRESERVE, min_length=10, max_length=34)
TNrRBFA2 = SimpleType(
    name="TNrRB (2)", space=Space.PRESERVE, pattern=r"[0-9A-Z]{10,32}"
)
SWIFT_Type = SimpleType(
    name="SWIFT_Type",
    space=Space.PRESERVE,
    pattern=r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3}){0,1}",
)
TIPKSeF = replace(
    TZnakowy20, name="IPKSeF", max_length=13, pattern=r"[0-9]{3}[a-zA-Z0-9]{10}"
)

# Numbers.
TKwotowy = _decimal("TKwotowy", 16, 2, Form.AMOUNT)
TKwotowy2 = _decimal("TKwotowy2", 14, 8, Form.NUMBER)
TIlosci = _decimal("TIlosci", 16, 6, Form.NUMBER)
TProcentowy = SimpleType(
    name="TProcentowy",
    form=Form.NUMBER,
    least="0",
    most="100",
    total_digits=9,
    fraction_digits=6,
)
TNaturalny = SimpleType(
    name="TNaturalny", form=Form.INTEGER, least="1", total_digits=14
)
TCalkowita = SimpleType(name="integer", form=Form.INTEGER)

# Dates.
TData = _date("TData", "2016-07-01")
TDataT = _date("TDataT", "2006-01-01")
TDataU = _date("TDataU", "1990-01-01")
TDataCzas = _moment("TDataCzas", "2021-10-01T00:00:00Z")
TDataWytworzenia = _moment("DataWytworzeniaFa", "2025-09-01T00:00:00Z")
TDataWytworzeniaFA2 = _moment("DataWytworzeniaFa (2)", "2022-01-01T00:00:00Z")

# Marks.
TWybor1 = SimpleType(name="TWybor1", form=Form.FLAG, choices=("1",))
TWybor1_2 = _codes("TWybor1_2", (1, 2))
TZnacznikFA2 = _codes("TWybor1 (2)", (1,))

# Code lists.
TKodFormularza = _codes("TKodFormularza", ("FA",), Space.PRESERVE)
TWariantFormularza = _codes("WariantFormularza", (3,))
TWariantFormularzaFA2 = _codes("WariantFormularza (2)", (2,))
TKodKraju = _codes("TKodKraju", codes.COUNTRIES, Space.REPLACE)
TKodyKrajowUE = _codes("TKodyKrajowUE", codes.EU_COUNTRIES, Space.REPLACE)
TPrefiksPL = replace(TKodyKrajowUE, name="PrefiksPodatnika", fixed="PL")
TKodWaluty = _codes("TKodWaluty", codes.CURRENCIES, Space.REPLACE)
TKodWalutyFA2 = _codes("TKodWaluty (2)", codes.CURRENCIES_FA2, Space.REPLACE)
TRodzajFaktury = _codes("TRodzajFaktury", codes.KINDS)
TStawkaPodatku = _codes("TStawkaPodatku", codes.RATES)
TStawkaPodatkuFA2 = _codes("TStawkaPodatku (2)", codes.RATES_FA2)
TOznaczenieProcedury = _codes("TOznaczenieProcedury", codes.PROCEDURES)
TOznaczenieProceduryZ = _codes("TOznaczenieProceduryZ", codes.ORDER_PROCEDURES)
TGTU = _codes("TGTU", codes.GTU)
TFormaPlatnosci = _codes("TFormaPlatnosci", codes.PAYMENT_FORMS)
TLadunek = _codes("TLadunek", codes.CARGOES)
TRodzajTransportu = _codes("TRodzajTransportu", codes.TRANSPORTS)
TRachunekWlasnyBanku = _codes("TRachunekWlasnyBanku", codes.BANK_OWN_ACCOUNTS)
TStatusInfoPodatnika = _codes("TStatusInfoPodatnika", codes.TAXPAYER_STATES)
TRolaPodmiotuUpowaznionego = _codes(
    "TRolaPodmiotuUpowaznionego", codes.AUTHORISED_ROLES
)
TRolaPodmiotu3 = _codes("TRolaPodmiotu3", codes.ROLES)
TRolaPodmiotu3FA2 = _codes("TRolaPodmiotu3 (2)", range(1, 11))
TTypKorekty = _codes("TTypKorekty", codes.CORRECTION_TYPES)
TTypKolumny = _codes("Typ", codes.COLUMN_TYPES, Space.PRESERVE)

# Attributes with one fixed value.
TKodSystemowy = SimpleType(
    name="kodSystemowy", space=Space.PRESERVE, choices=("FA (3)",)
)
TKodSystemowyFA2 = SimpleType(
    name="kodSystemowy (2)", space=Space.PRESERVE, choices=("FA (2)",)
)
TWersjaSchemy = SimpleType(name="wersjaSchemy", space=Space.PRESERVE, choices=("1-0E",))
