"""The seal with which the simulator signs UPO documents: XAdES, enveloped.

Made at start, in memory; self-signed, so nobody takes it for the Ministry's.
Source: ksef-api.md §2.5 (hand-built XAdES-BES) and §5.3 (signed by the Ministry).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import NameOID
from lxml import etree

from .xades import SIGNED_PROPERTIES_TYPE, XADES, xa
from .xmldsig import DS, ds

_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_COORDINATE_BYTES = 32


class MinistrySeal:
    """Signs documents with an EC key of its own."""

    def __init__(self, now: datetime) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = _self_signed(self._key, now)

    def sign(self, document: etree._Element, at: datetime) -> bytes:
        """Append an enveloped XAdES-BES signature and return the document's bytes."""
        name = secrets.token_hex(8)
        digest = _digest(document)
        signature = etree.SubElement(
            document, ds("Signature"), {"Id": f"Signature-{name}"}, nsmap={"ds": DS}
        )
        signed_info = etree.SubElement(signature, ds("SignedInfo"))
        value = etree.SubElement(signature, ds("SignatureValue"))
        self._add_key_info(signature)
        properties = self._add_properties(signature, name, at)
        _fill_signed_info(signed_info, digest, properties)
        value.text = base64.b64encode(self._signed(signed_info)).decode()
        data: bytes = etree.tostring(document, xml_declaration=True, encoding="utf-8")
        return data

    def _signed(self, signed_info: etree._Element) -> bytes:
        """Return the ECDSA signature of SignedInfo as R||S."""
        encoded = self._key.sign(_canonical(signed_info), ec.ECDSA(hashes.SHA256()))
        numbers = utils.decode_dss_signature(encoded)
        return b"".join(n.to_bytes(_COORDINATE_BYTES, "big") for n in numbers)

    def _add_key_info(self, signature: etree._Element) -> None:
        key_info = etree.SubElement(signature, ds("KeyInfo"))
        data = etree.SubElement(key_info, ds("X509Data"))
        holder = etree.SubElement(data, ds("X509Certificate"))
        holder.text = base64.b64encode(self._certificate_der()).decode()

    def _add_properties(
        self, signature: etree._Element, name: str, at: datetime
    ) -> etree._Element:
        """Append the object with SigningTime and SigningCertificate."""
        holder = etree.SubElement(signature, ds("Object"))
        qualifying = etree.SubElement(
            holder,
            xa("QualifyingProperties"),
            {"Target": f"#Signature-{name}"},
            nsmap={"xades": XADES},
        )
        properties = etree.SubElement(
            qualifying, xa("SignedProperties"), {"Id": f"SignedProperties-{name}"}
        )
        signed = etree.SubElement(properties, xa("SignedSignatureProperties"))
        time = etree.SubElement(signed, xa("SigningTime"))
        time.text = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        cert = etree.SubElement(
            etree.SubElement(signed, xa("SigningCertificate")), xa("Cert")
        )
        digest = etree.SubElement(cert, xa("CertDigest"))
        encoded = hashlib.sha256(self._certificate_der()).digest()
        _add_digest(digest, encoded)
        serial = etree.SubElement(cert, xa("IssuerSerial"))
        issuer = etree.SubElement(serial, ds("X509IssuerName"))
        issuer.text = self.certificate.issuer.rfc4514_string()
        number = etree.SubElement(serial, ds("X509SerialNumber"))
        number.text = str(self.certificate.serial_number)
        return properties

    def _certificate_der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


def _fill_signed_info(
    signed_info: etree._Element, digest: bytes, properties: etree._Element
) -> None:
    """Write the two references: the document and the signed properties."""
    etree.SubElement(signed_info, ds("CanonicalizationMethod"), Algorithm=_EXCLUSIVE)
    etree.SubElement(signed_info, ds("SignatureMethod"), Algorithm=_ECDSA)
    document = etree.SubElement(signed_info, ds("Reference"), URI="")
    transforms = etree.SubElement(document, ds("Transforms"))
    etree.SubElement(transforms, ds("Transform"), Algorithm=DS + "enveloped-signature")
    etree.SubElement(transforms, ds("Transform"), Algorithm=_EXCLUSIVE)
    _add_digest(document, digest)
    own = etree.SubElement(
        signed_info,
        ds("Reference"),
        URI=f"#{properties.get('Id')}",
        Type=SIGNED_PROPERTIES_TYPE,
    )
    transforms = etree.SubElement(own, ds("Transforms"))
    etree.SubElement(transforms, ds("Transform"), Algorithm=_EXCLUSIVE)
    _add_digest(own, _digest(properties))


def _add_digest(parent: etree._Element, digest: bytes) -> None:
    etree.SubElement(parent, ds("DigestMethod"), Algorithm=_SHA256)
    value = etree.SubElement(parent, ds("DigestValue"))
    value.text = base64.b64encode(digest).decode()


def _digest(element: etree._Element) -> bytes:
    return hashlib.sha256(_canonical(element)).digest()


def _canonical(element: etree._Element) -> bytes:
    octets: bytes = etree.tostring(
        element, method="c14n", exclusive=True, with_comments=False
    )
    return octets


def _self_signed(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    """Make the seal's certificate."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "KSeF simulator"),
            x509.NameAttribute(NameOID.COMMON_NAME, "KSeF simulator: UPO"),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        # Short: libxml2 before 2.13 takes no xs:integer of more than 24 digits.
        .serial_number(secrets.randbits(62) + 1)
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
