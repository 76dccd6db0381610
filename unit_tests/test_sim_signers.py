"""Signatures made by libraries that nobody here wrote, and attempts to cheat.

What the official and community clients send must be taken; see ksef-api.md §2.5, table
of working signers.
"""

import copy

import pytest
import sim_client as c
import xmlsec
from cryptography.hazmat.primitives import serialization
from lxml import etree
from signxml import CanonicalizationMethod, SignatureMethod, XMLSigner, methods
from signxml.xades import XAdESDataObjectFormat, XAdESSigner

DS = f"{{{c.DS}}}"


@pytest.fixture
def me(sim):
    """The owner of NIP, not logged in."""
    return c.SimClient(sim, c.seal())


def request_of(client):
    return c.auth_request(client.challenge()["challenge"])


def pem_of(who):
    return who.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def outcome(client, xml):
    """Return the status of a login, or the code of its refusal."""
    answer = client.submit(xml)
    if answer.status_code != 202:
        return c.code_of(answer)
    client.operation = answer.json()
    return client.auth_status()


@pytest.mark.parametrize(
    ("key", "method"),
    [(None, SignatureMethod.ECDSA_SHA256), (c.rsa_key, SignatureMethod.RSA_SHA512)],
)
def test_signxml_signature_logs_in(sim, key, method):
    """c14n 1.1, SigningCertificateV2, DataObjectFormat, three references."""
    me = c.SimClient(sim, c.seal(key=key() if key else None))
    signer = XAdESSigner(
        signature_algorithm=method,
        c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_1,
        data_object_format=XAdESDataObjectFormat(
            Description="AuthTokenRequest", MimeType="text/xml"
        ),
    )
    certificate = me.who.certificate.public_bytes(serialization.Encoding.PEM)
    signed = signer.sign(
        etree.fromstring(request_of(me)), key=me.who.key, cert=certificate.decode()
    )
    assert outcome(me, etree.tostring(signed)) == 200


def test_signxml_signature_without_xades_is_refused(sim, me):
    signer = XMLSigner(
        method=methods.enveloped, signature_algorithm=SignatureMethod.ECDSA_SHA256
    )
    certificate = me.who.certificate.public_bytes(serialization.Encoding.PEM)
    signed = signer.sign(
        etree.fromstring(request_of(me)), key=me.who.key, cert=certificate.decode()
    )
    assert outcome(me, etree.tostring(signed)) == 9105


def resigned_by_xmlsec(xml, who, method):
    """Let xmlsec make digests and value anew, with another canonicalization."""
    root = etree.fromstring(xml)
    signature = root.find(DS + "Signature")
    for element in signature.iter(DS + "CanonicalizationMethod"):
        element.set("Algorithm", method)
    properties = next(signature.iter(f"{{{c.XADES}}}SignedProperties"))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem_of(who), xmlsec.KeyFormat.PEM)
    context.register_id(properties, "Id")
    context.sign(signature)
    return etree.tostring(root)


@pytest.mark.parametrize(
    "method", [c.EXCLUSIVE, c.INCLUSIVE, "http://www.w3.org/2006/12/xml-c14n11"]
)
def test_xmlsec_signature_logs_in(sim, method):
    me = c.SimClient(sim, c.seal(key=c.rsa_key()))
    xml = resigned_by_xmlsec(me.signed_request(), me.who, method)
    assert outcome(me, xml) == 200


def enveloping(client, **options):
    """Sign enveloping: the request is in an Object of the signature."""
    options = c.SignOptions(signing_time=client.sim.clock.now(), **options)
    signature = etree.Element(DS + "Signature", nsmap={"ds": c.DS}, Id="S1")
    info = etree.SubElement(signature, DS + "SignedInfo")
    value = etree.SubElement(signature, DS + "SignatureValue")
    key_info = etree.SubElement(signature, DS + "KeyInfo")
    data = etree.SubElement(key_info, DS + "X509Data")
    etree.SubElement(data, DS + "X509Certificate").text = c.b64(client.who.der)
    holder = etree.SubElement(signature, DS + "Object", Id="O1")
    holder.append(etree.fromstring(request_of(client)))
    properties = c._properties(signature, client.who, options)
    etree.SubElement(info, DS + "CanonicalizationMethod", Algorithm=c.EXCLUSIVE)
    method = c._signature_method(client.who, options)
    etree.SubElement(info, DS + "SignatureMethod", Algorithm=method)
    c._reference(info, "#O1", c.sha(c.c14n(holder)))
    kind = "http://uri.etsi.org/01903#SignedProperties"
    c._reference(info, "#P1", c.sha(c.c14n(properties)), Type=kind)
    value.text = c.b64(c._raw_signature(client.who, c.c14n(info), options))
    return signature


def test_enveloping_signature_logs_in(me):
    assert outcome(me, etree.tostring(enveloping(me))) == 200


def test_request_beside_the_signed_one_is_ignored(me):
    """Wrapping: another request comes first; only the signed one counts."""
    signature = enveloping(me)
    forged = etree.Element(DS + "Object")
    request = copy.deepcopy(signature.find(DS + "Object")[0])
    request[1][0].text = c.OTHER_NIP
    forged.append(request)
    signature.insert(3, forged)
    assert outcome(me, etree.tostring(signature)) == 200
    contexts = [item.context.value for item in me.sim.state.operations.values()]
    assert contexts == [c.NIP]


def test_signed_request_moved_inside_another_is_refused(me):
    """Wrapping: an unsigned root around the signed document."""
    inner = etree.fromstring(me.signed_request())
    outer = etree.fromstring(request_of(me))
    outer.append(inner)
    assert outcome(me, etree.tostring(outer)) == 9105


def test_certificate_swapped_in_the_key_info_is_refused(me):
    """The key is another one's, the rest is genuine."""
    root = etree.fromstring(me.signed_request())
    other = c.seal(c.OTHER_NIP)
    next(root.iter(DS + "X509Certificate")).text = c.b64(other.der)
    assert outcome(me, etree.tostring(root)) == 9105


def test_certificate_of_the_same_key_but_another_name_is_refused(me):
    """Only CertDigest ties the name to the signature."""
    root = etree.fromstring(me.signed_request())
    other = c.seal(c.OTHER_NIP, key=me.who.key)
    next(root.iter(DS + "X509Certificate")).text = c.b64(other.der)
    assert outcome(me, etree.tostring(root)) == 9105


def test_removed_reference_to_the_document_is_refused(me):
    """SignedInfo is part of what is signed."""
    root = etree.fromstring(me.signed_request())
    reference = next(root.iter(DS + "Reference"))
    reference.getparent().remove(reference)
    assert outcome(me, etree.tostring(root)) == 9105


def test_garbage_in_the_certificate_is_refused(me):
    root = etree.fromstring(me.signed_request())
    next(root.iter(DS + "X509Certificate")).text = c.b64(b"no certificate")
    assert outcome(me, etree.tostring(root)) == 21115


@pytest.mark.parametrize("name", ["SignatureValue", "DigestValue", "KeyInfo"])
def test_missing_part_is_refused(me, name):
    root = etree.fromstring(me.signed_request())
    element = next(root.iter(DS + name))
    element.getparent().remove(element)
    assert outcome(me, etree.tostring(root)) == 9105
