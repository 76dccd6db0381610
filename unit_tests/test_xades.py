"""The signed login request, verified by a library that did not make it."""

import base64
import sys
from datetime import datetime, timedelta, timezone
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.exceptions import InvalidDigest, InvalidInput, InvalidSignature
from signxml.xades import XAdESVerifier
from support_ksef import NIP, NOW, Recipe, key_bytes, make_key, with_explicit_null

from ksef import xades
from ksef.auth import build_auth_request
from ksef.errors import KsefError

CHALLENGE = "20250625-CR-20F5EE4000-DA48AE4124-46"
DS = {"ds": xades.DS, "xades": xades.XADES}
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
KINDS = ["ec", "rsa"]


@cache
def certificate_for(kind: str) -> x509.Certificate:
    """A certificate that is valid now: the verifier looks at the clock."""
    now = datetime.now(timezone.utc)
    return Recipe(
        key=make_key(kind),
        issuer=None,
        not_before=now - timedelta(days=1),
        not_after=now + timedelta(days=1),
    ).issue()


def der_for(kind: str) -> bytes:
    return certificate_for(kind).public_bytes(Encoding.DER)


def signed(kind, **options):
    options.setdefault("signing_time", NOW)
    request = build_auth_request(CHALLENGE, NIP)
    return xades.sign(request, der_for(kind), make_key(kind), **options)


def verify(data, kind):
    return XAdESVerifier().verify(
        data, x509_cert=certificate_for(kind), expect_references=2
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_is_accepted_by_another_library(kind):
    results = verify(signed(kind), kind)
    tags = {etree.QName(each.signed_xml).localname for each in results}
    assert tags == {"AuthTokenRequest", "SignedProperties"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_nip_is_refused(kind):
    data = signed(kind).replace(b"<Nip>5265877635<", b"<Nip>5265877636<")
    with pytest.raises((InvalidDigest, InvalidSignature)):
        verify(data, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_signing_time_is_refused(kind):
    data = signed(kind).replace(b"2026-03-02T12:00:00Z", b"2026-03-02T12:00:01Z")
    with pytest.raises((InvalidDigest, InvalidSignature)):
        verify(data, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_signature_value_is_refused(kind):
    root = etree.fromstring(signed(kind))
    value = root.find(".//ds:SignatureValue", DS)
    raw = bytearray(base64.b64decode(value.text))
    raw[5] ^= 1
    value.text = base64.b64encode(raw).decode()
    with pytest.raises(InvalidSignature):
        verify(etree.tostring(root), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_certificate_of_another_is_refused(kind):
    other = Recipe(key=make_key(kind, 7), issuer=None).issue()
    with pytest.raises((InvalidSignature, InvalidInput)):
        XAdESVerifier().verify(signed(kind), x509_cert=other, expect_references=2)


def test_an_elliptic_signature_is_r_and_s_of_fixed_length():
    for _attempt in range(5):
        value = etree.fromstring(signed("ec")).findtext(".//ds:SignatureValue", "", DS)
        assert len(base64.b64decode(value)) == 64


@pytest.mark.parametrize("padding", [0, 1, 224])
def test_halves_that_a_library_padded_get_the_length_of_the_curve(padding):
    noughts = bytes(padding)
    r, s = b"\x00" + b"r" * 31, b"s" * 32
    assert xades.fixed_length(noughts + r + noughts + s, 32) == r + s


@pytest.mark.parametrize(
    ("kind", "method"), [("ec", ECDSA_SHA256), ("rsa", RSA_SHA256)]
)
def test_the_signature_method_follows_the_key(kind, method):
    element = etree.fromstring(signed(kind)).find(".//ds:SignatureMethod", DS)
    assert element.get("Algorithm") == method


@pytest.fixture(scope="module")
def root():
    return etree.fromstring(signed("ec"))


def test_there_is_one_signature_and_it_is_the_last_child(root):
    assert len(root.findall(".//ds:Signature", DS)) == 1
    assert root[-1].tag == f"{{{xades.DS}}}Signature"


def test_only_allowed_algorithms_are_used(root):
    used = {
        element.get("Algorithm")
        for element in root.iter()
        if "Algorithm" in element.attrib
    }
    assert used == {
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        ECDSA_SHA256,
    }


def test_the_certificate_is_embedded_byte_for_byte():
    der = with_explicit_null(der_for("ec"))
    request = build_auth_request(CHALLENGE, NIP)
    data = xades.sign(request, der, make_key(), signing_time=NOW)
    text = etree.fromstring(data).findtext(".//ds:X509Certificate", "", DS)
    assert base64.b64decode(text) == der


def test_the_signing_certificate_is_named_by_issuer_and_decimal_serial(root):
    cert = root.find(".//xades:SigningCertificate/xades:Cert", DS)
    expected = certificate_for("ec")
    serial = cert.findtext(".//ds:X509SerialNumber", "", DS)
    assert serial == str(expected.serial_number)
    issuer = cert.findtext(".//ds:X509IssuerName", "", DS)
    # RFC 4514: an attribute without a short name is written as its DER in hex.
    nip = b"\x0c\x10VATPL-5265877635".hex()
    assert issuer == (
        "CN=Firma Testowa (uwierzytelnienie),O=Firma Testowa sp. z o.o.,"
        f"2.5.4.97=#{nip},C=PL"
    )


def test_the_signing_time_is_written_in_utc():
    warsaw = timezone(timedelta(hours=2))
    moment = datetime(2026, 7, 1, 10, 0, tzinfo=warsaw)
    data = signed("ec", signing_time=moment)
    time = etree.fromstring(data).findtext(".//xades:SigningTime", "", DS)
    assert time == "2026-07-01T08:00:00Z"


def test_the_ids_are_the_given_ones():
    data = signed("ec", ids=xades.SignatureIds("S-1", "P-1"))
    element = etree.fromstring(data).find(".//xades:QualifyingProperties", DS)
    assert element.get("Target") == "#S-1"
    assert element[0].get("Id") == "P-1"
    assert verify(data, "ec")


def test_an_rsa_signature_is_reproducible():
    assert signed("rsa") == signed("rsa")


def test_the_private_key_is_not_in_the_document():
    lines = key_bytes(make_key("rsa")).splitlines()[1:-1]
    data = signed("rsa")
    assert len(lines) > 20
    assert not any(line in data for line in lines)


def test_what_is_no_xml_is_refused():
    with pytest.raises(KsefError) as caught:
        xades.sign(b"<a", der_for("ec"), make_key(), signing_time=NOW)
    assert caught.value.code == "not_xml"


def test_the_signed_request_is_the_unsigned_one_plus_the_signature():
    root = etree.fromstring(signed("ec"))
    root.remove(root[-1])
    unsigned = etree.fromstring(build_auth_request(CHALLENGE, NIP))
    assert etree.tostring(root, method="c14n") == etree.tostring(
        unsigned, method="c14n"
    )


# -- the installation ----------------------------------------------------


def test_the_self_test_passes_here():
    xades.self_test()


@pytest.mark.parametrize(
    ("version", "command"),
    [
        ((6, 1, 3, 0), "pip install 'xmlsec>=1.3.16'"),
        ((6, 0, 2, 0), "pip install 'xmlsec>=1.3.16'"),
        ((5, 2, 1, 0), "pip install 'xmlsec==1.3.14'"),
        ((4, 9, 3, 0), "python3-xmlsec"),
        ((5, 4, 0, 0), "--no-binary lxml,xmlsec"),
    ],
)
def test_the_remedy_names_the_command_for_this_lxml(version, command):
    assert command in xades.remedy(version)


def test_a_missing_package_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "xmlsec", None)
    with pytest.raises(KsefError) as caught:
        xades.self_test()
    assert caught.value.code == "xmlsec_missing"
    assert "pip install" in str(caught.value) or "apt-get" in str(caught.value)


class BrokenXmlsec:
    """Plays a package that carries another libxml2: its first use fails."""

    class Error(Exception):
        pass

    class Transform:
        EXCL_C14N = ECDSA_SHA256 = None

    class template:
        @staticmethod
        def create(*_args):
            raise BrokenXmlsec.Error("lxml & xmlsec libxml2 library version mismatch")


def test_a_package_that_does_not_fit_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "xmlsec", BrokenXmlsec)
    with pytest.raises(KsefError) as caught:
        xades.self_test()
    assert caught.value.code == "xmlsec_mismatch"
    assert "libxml2" in str(caught.value)
