"""Invoices VAT RR are read with the names of FA(3), nothing of them is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ksef.errors import Fa3Error
from ksef.fa3 import farmers, parse
from ksef.fa3.codes import NAMESPACE_FA_RR

ROW = """<FakturaRRWiersz><NrWierszaFa>1</NrWierszaFa><P_5>Mleko</P_5><P_6A>l</P_6A>
<P_6B>100</P_6B><P_6C>ekstra</P_6C><P_7>2.00</P_7><P_8>200.00</P_8><P_9>{rate}</P_9>
<P_10>{refund}</P_10><P_11>{gross}</P_11></FakturaRRWiersz>"""
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2026/03/06/14189/"><Naglowek>
<KodFormularza kodSystemowy="FA_RR (1)" wersjaSchemy="1-1E">FA_RR</KodFormularza>
<WariantFormularza>1</WariantFormularza></Naglowek>
<Podmiot1><DaneIdentyfikacyjne><NIP>9999999999</NIP><Nazwa>Jan Rolnik</Nazwa>
</DaneIdentyfikacyjne><NrKontrahenta>R-7</NrKontrahenta></Podmiot1>
<Podmiot2><DaneIdentyfikacyjne><NIP>5260250274</NIP><Nazwa>Mleczarnia</Nazwa>
</DaneIdentyfikacyjne></Podmiot2>
<FakturaRR><KodWaluty>PLN</KodWaluty><P_4A>2026-04-01</P_4A><P_4B>2026-04-02</P_4B>
<P_4C>RR/1</P_4C><P_11_1>200.00</P_11_1><P_11_2>{refund}</P_11_2><P_12_1>{gross}</P_12_1>
<P_12_2>dwieście czternaście złotych</P_12_2><RodzajFaktury>{kind}</RodzajFaktury>
<DokumentZaplaty><NrDokumentu>P/1</NrDokumentu></DokumentZaplaty>{row}
<Platnosc><FormaPlatnosci>6</FormaPlatnosci>
<RachunekBankowy1><NrRB>61109010140000071219812874</NrRB></RachunekBankowy1></Platnosc>
</FakturaRR></Faktura>"""


def document(rate="7", refund="14.00", gross="214.00", kind="VAT_RR"):
    """Return an invoice VAT RR of one row."""
    row = ROW.format(rate=rate, refund=refund, gross=gross)
    return DOCUMENT.format(refund=refund, gross=gross, kind=kind, row=row).encode()


def test_sums_and_rows_have_the_names_of_fa():
    invoice = farmers.read(document())
    assert farmers.is_farmers(invoice)
    assert invoice.Podmiot1.DaneIdentyfikacyjne.NIP == "9999999999"
    fa = invoice.Fa
    assert (date(2026, 4, 2), "RR/1", date(2026, 4, 1)) == (fa.P_1, fa.P_2, fa.P_6)
    assert (
        Decimal("200.00"),
        Decimal("14.00"),
        Decimal("214.00"),
    ) == (fa.P_13_2, fa.P_14_2, fa.P_15)
    (row,) = fa.FaWiersz
    assert (
        "Mleko",
        "l",
        Decimal(100),
        Decimal("2.00"),
        Decimal("200.00"),
        "7",
    ) == (row.P_7, row.P_8A, row.P_8B, row.P_9A, row.P_11, row.P_12)
    (account,) = fa.Platnosc.RachunekBankowy
    assert account.NrRB == "61109010140000071219812874"


def test_it_counts_as_issued_by_the_buyer():
    assert farmers.read(document()).Fa.Adnotacje.P_17 == 1


def test_correction():
    assert farmers.read(document(kind="KOR_VAT_RR")).Fa.RodzajFaktury == "KOR"


def test_a_rate_that_fa_does_not_have_is_in_no_sum():
    fa = farmers.read(document("6.5", "13.00", "213.00")).Fa
    assert (None, None, Decimal("213.00")) == (fa.P_13_2, fa.P_14_2, fa.P_15)
    assert fa.FaWiersz[0].P_12 == "6.5"


@pytest.mark.parametrize("content", ["ekstra", "dwieście", "P/1", "R-7"])
def test_what_fa_does_not_know_is_kept(content):
    invoice = farmers.read(document())
    holders = (invoice.Fa, *invoice.Fa.FaWiersz, invoice.Podmiot1)
    kept = [extra.xml for node in holders for extra in node.extra]
    assert any(content in str(xml) for xml in kept)


def test_fa_is_read_as_ever():
    data = b'<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/"/>'
    assert farmers.read(data) == parse(data)
    assert not farmers.is_farmers(farmers.read(data))


@pytest.mark.parametrize(
    "data",
    [
        b"<Inne/>",
        document().replace(NAMESPACE_FA_RR.encode(), b"urn:inne"),
        document()[:200],
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + document().split(b"?>", 1)[1],
    ],
)
def test_other_and_broken_files_are_refused(data):
    with pytest.raises(Fa3Error):
        farmers.read(data)
