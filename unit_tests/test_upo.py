"""Reading confirmations."""

from datetime import date, datetime, timezone

import pytest
from support_ksef import SHARED, needs_shared

from ksef import upo
from ksef.errors import KsefProtocolError

NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/v4-3"
DOCUMENT = """
  <Dokument>
    <NipSprzedawcy>5265877635</NipSprzedawcy>
    <NumerKSeFDokumentu>5265877635-20250916-010040741B3E-46</NumerKSeFDokumentu>
    <NumerFaktury>FA/1</NumerFaktury>
    <DataWystawieniaFaktury>2025-09-16</DataWystawieniaFaktury>
    <DataPrzeslaniaDokumentu>2025-09-16T11:02:41.584+02:00</DataPrzeslaniaDokumentu>
    <DataNadaniaNumeruKSeF>2025-09-16T11:02:42.084+02:00</DataNadaniaNumeruKSeF>
    <SkrotDokumentu>jli86Kp2Kw7jppX59P8VmjWRcwLTvsPK3DcPEB87mNk=</SkrotDokumentu>
    <TrybWysylki>Online</TrybWysylki>
  </Dokument>"""


def confirmation(documents=DOCUMENT, namespace=NAMESPACE) -> bytes:
    return f"""<Potwierdzenie xmlns="{namespace}">
  <NumerReferencyjnySesji>20250916-SO-1</NumerReferencyjnySesji>{documents}
</Potwierdzenie>""".encode()


def refused(data: bytes) -> KsefProtocolError:
    with pytest.raises(KsefProtocolError) as caught:
        upo.parse(data)
    assert caught.value.code == "bad_upo"
    return caught.value


def test_a_confirmation_names_session_and_documents():
    read = upo.parse(confirmation())
    assert (read.reference_number, read.version) == ("20250916-SO-1", "4-3")
    (document,) = read.documents
    assert document == upo.UpoDocument(
        ksef_number="5265877635-20250916-010040741B3E-46",
        invoice_number="FA/1",
        hash="jli86Kp2Kw7jppX59P8VmjWRcwLTvsPK3DcPEB87mNk=",
        acquired_at=datetime(2025, 9, 16, 9, 2, 42, 84000, tzinfo=timezone.utc),
        mode="Online",
        seller_nip="5265877635",
        issue_date=date(2025, 9, 16),
        sent_at=datetime(2025, 9, 16, 9, 2, 41, 584000, tzinfo=timezone.utc),
    )


def test_version_4_2_without_a_mode_is_read():
    older = DOCUMENT.replace("<TrybWysylki>Online</TrybWysylki>", "")
    namespace = "http://upo.schematy.mf.gov.pl/KSeF/v4-2"
    read = upo.parse(confirmation(older, namespace))
    assert read.version == "4-2"
    assert read.documents[0].mode is None


def test_a_document_is_found_by_hash():
    read = upo.parse(confirmation())
    assert read.document("jli86Kp2Kw7jppX59P8VmjWRcwLTvsPK3DcPEB87mNk=")
    assert read.document("other") is None


def test_a_signature_and_unknown_elements_do_no_harm():
    signature = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/><Nowe/>'
    assert len(upo.parse(confirmation(DOCUMENT + signature)).documents) == 1


@pytest.mark.parametrize(
    "tag",
    ["NumerKSeFDokumentu", "NumerFaktury", "SkrotDokumentu", "DataNadaniaNumeruKSeF"],
)
def test_a_missing_element_is_named(tag):
    text = DOCUMENT.replace(f"<{tag}>", "<Inny>").replace(f"</{tag}>", "</Inny>")
    assert tag in str(refused(confirmation(text)))


def test_a_date_that_is_none_is_refused():
    refused(confirmation(DOCUMENT.replace("2025-09-16T11:02:42.084+02:00", "wczoraj")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html></html>",
        b"no xml",
        confirmation(""),
        confirmation(namespace="http://example.com/"),
        confirmation().replace(b"Potwierdzenie", b"Faktura"),
    ],
)
def test_what_is_no_confirmation_is_refused(data):
    refused(data)


def test_a_document_type_is_refused():
    hostile = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + confirmation()
    refused(hostile)


@needs_shared
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("kontekst-nip/upo-faktura-kontekst-id-nip.xml", 1),
        ("kontekst-nip/upo-sesja-kontekst-id-nip.xml", 2),
        ("kontekst-internal-id/upo-faktura-internal-id.xml", 1),
        ("kontekst-internal-id/upo-sesja-internal-id.xml", None),
        ("kontekst-id-zlozony-vat-ue/upo-faktura-id-zlozony-vat-ue.xml", 1),
        ("kontekst-id-zlozony-vat-ue/upo-sesja-id-zlozony-vat-ue.xml", None),
    ],
)
def test_the_official_samples_are_read(name, count):
    data = (SHARED / "ksef" / "upo-samples" / name).read_bytes()
    read = upo.parse(data)
    assert count is None or len(read.documents) == count
    assert all(len(each.hash) == 44 for each in read.documents)
    assert all(each.mode in ("Online", "Offline") for each in read.documents)
