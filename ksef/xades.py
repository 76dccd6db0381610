"""Signs the login request: enveloped XAdES-BES by the ``xmlsec`` library.

The profile is the one that KSeF takes from everybody: exclusive canonicalization,
SHA-256, RSA PKCS#1 v1.5 or ECDSA (R||S), the signing certificate as version 1
property. ``xmlsec`` is imported when it is used: where it is missing or built against
another libxml2 than ``lxml``, the rest of the add-on still loads and
:func:`self_test` names the remedy.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree

from .certificate_reading import issuer_and_serial
from .errors import KsefError
from .key_reading import PrivateKey
from .safe_xml import XmlRefused, parse_xml

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
SIGNED_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"


class Algorithm(str, Enum):
    """Algorithms that are emitted, as W3C identifiers."""

    EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
    ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
    SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
    RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"


@dataclass(frozen=True)
class SignatureIds:
    """Values of the ``Id`` attributes; given, so that the output is reproducible."""

    signature: str = "Signature"
    signed_properties: str = "SignedProperties"


def sign(
    xml: bytes,
    certificate_der: bytes,
    key: PrivateKey,
    *,
    signing_time: datetime,
    ids: SignatureIds | None = None,
) -> bytes:
    """Return ``xml`` with an enveloped XAdES-BES signature as last child.

    :param certificate_der: goes into KeyInfo as it is
    :param signing_time: aware; written in UTC with full seconds
    :raises KsefError: ``xmlsec_missing | xmlsec_mismatch | cannot_sign | not_xml``
    """
    xmlsec = load_xmlsec()
    root = _root_of(xml)
    names = ids or SignatureIds()
    signature = _signature(certificate_der, key, signing_time, names)
    root.append(signature)
    context = xmlsec.SignatureContext()
    properties = signature.find(f".//{{{XADES}}}SignedProperties")
    context.register_id(properties, "Id")
    try:
        _sign_with(xmlsec, context, signature, key)
    except (xmlsec.Error, ValueError, TypeError) as error:
        # Only the kind: the library's text may quote what it was given.
        kind = type(error).__name__
        message = f"The login request could not be signed ({kind})."
        raise KsefError(message, code="cannot_sign") from None
    _mend_elliptic_value(signature, key)
    signed: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return signed


def _root_of(xml: bytes) -> Any:
    try:
        return parse_xml(xml)
    except XmlRefused as error:
        message = f"The document to sign is refused as XML ({error.code})."
        raise KsefError(message, code="not_xml") from None


def load_xmlsec() -> ModuleType:
    """Import xmlsec.

    :raises KsefError: ``xmlsec_missing | xmlsec_mismatch`` with the remedy
    """
    try:
        import xmlsec
    except ImportError:
        raise KsefError(
            f"The Python package xmlsec is not installed. {remedy()}",
            code="xmlsec_missing",
        ) from None
    except Exception as error:
        raise _mismatch() from error
    return xmlsec


def self_test() -> None:
    """Sign something small, so that a broken installation shows before a login.

    :raises KsefError: ``xmlsec_missing | xmlsec_mismatch | cannot_sign``; the message
        names the command that mends it
    """
    xmlsec = load_xmlsec()
    root = etree.fromstring(b"<a><b/></a>")
    try:
        signature = xmlsec.template.create(
            root, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.ECDSA_SHA256
        )
        root.append(signature)
        reference = xmlsec.template.add_reference(
            signature, xmlsec.Transform.SHA256, uri=""
        )
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        key = ec.generate_private_key(ec.SECP256R1())
        _sign_with(xmlsec, xmlsec.SignatureContext(), signature, key)
    except (xmlsec.Error, TypeError) as error:
        raise _mismatch() from error


def _sign_with(xmlsec: ModuleType, context: Any, signature: Any, key: Any) -> None:
    """Fill digests and value of ``signature``; the key stays in memory."""
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.PEM, None)
    context.sign(signature)


def _mend_elliptic_value(signature: Any, key: PrivateKey) -> None:
    """Give R and S of an ECDSA value the length of the curve.

    xmlsec 1.3.14 (libxmlsec1 1.2) writes both with as many *bytes* as the curve has
    bits, padded with noughts; KSeF refuses that with 9105. The numbers are right.
    """
    if isinstance(key, ec.EllipticCurvePrivateKey):
        value = signature.find(f"{{{DS}}}SignatureValue")
        raw = base64.b64decode(value.text)
        fixed = fixed_length(raw, (key.key_size + 7) // 8)
        value.text = base64.b64encode(fixed).decode("ascii")


def fixed_length(value: bytes, size: int) -> bytes:
    """Return R||S with ``size`` bytes each from halves of any length."""
    middle = len(value) // 2
    r, s = (int.from_bytes(half, "big") for half in (value[:middle], value[middle:]))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


#: (lxml from, lxml before, versions of xmlsec that carry the same libxml2); wheels as
#: published. None: no wheel fits, both must come from one source.
_MATCHES: tuple[tuple[tuple[int, ...], tuple[int, ...], str | None], ...] = (
    ((6,), (7,), "xmlsec>=1.3.16"),
    ((5, 2), (5, 3), "xmlsec==1.3.14"),
)


def remedy(lxml_version: tuple[int, ...] = etree.LXML_VERSION) -> str:
    """Return the sentence with the command that brings lxml and xmlsec together."""
    for low, high, wanted in _MATCHES:
        if low <= lxml_version < high:
            return f"Run: pip install '{wanted}'"
    return (
        "Run: apt-get install python3-lxml python3-xmlsec (both from the distribution),"
        " or build both from source: pip install --force-reinstall --no-binary"
        " lxml,xmlsec lxml xmlsec"
    )


def _mismatch() -> KsefError:
    lxml = ".".join(map(str, etree.LXML_VERSION[:3]))
    libxml2 = ".".join(map(str, etree.LIBXML_VERSION))
    return KsefError(
        f"lxml {lxml} and xmlsec carry different versions of libxml2 (lxml's is"
        f" {libxml2}). {remedy()}",
        code="xmlsec_mismatch",
    )


def _element(tag: str, text: str | None = None, **attributes: str) -> Any:
    element = etree.Element(f"{{{DS}}}{tag}", attributes, nsmap={"ds": DS})
    element.text = text
    return element


def _sub(parent: Any, namespace: str, tag: str, text: str | None = None) -> Any:
    element = etree.SubElement(parent, f"{{{namespace}}}{tag}")
    element.text = text
    return element


def _signature(
    certificate_der: bytes, key: PrivateKey, signing_time: datetime, ids: SignatureIds
) -> Any:
    """Build the unsigned ds:Signature; xmlsec fills digests and value."""
    signature = _element("Signature", Id=ids.signature)
    signature.append(_signed_info(key, ids))
    _sub(signature, DS, "SignatureValue")
    data = _sub(_sub(signature, DS, "KeyInfo"), DS, "X509Data")
    _sub(data, DS, "X509Certificate", base64.b64encode(certificate_der).decode())
    _sub(signature, DS, "Object").append(
        _qualifying_properties(certificate_der, signing_time, ids)
    )
    return signature


def _signed_info(key: PrivateKey, ids: SignatureIds) -> Any:
    info = _element("SignedInfo")
    method = (
        Algorithm.RSA_SHA256
        if isinstance(key, rsa.RSAPrivateKey)
        else Algorithm.ECDSA_SHA256
    )
    info.append(
        _element("CanonicalizationMethod", Algorithm=Algorithm.EXCLUSIVE_C14N.value)
    )
    info.append(_element("SignatureMethod", Algorithm=method.value))
    info.append(_reference("", [Algorithm.ENVELOPED, Algorithm.EXCLUSIVE_C14N]))
    info.append(
        _reference(
            f"#{ids.signed_properties}",
            [Algorithm.EXCLUSIVE_C14N],
            Type=SIGNED_PROPERTIES_TYPE,
        )
    )
    return info


def _reference(uri: str, algorithms: list[Algorithm], **attributes: str) -> Any:
    reference = _element("Reference", URI=uri, **attributes)
    transforms = _sub(reference, DS, "Transforms")
    for algorithm in algorithms:
        transforms.append(_element("Transform", Algorithm=algorithm.value))
    reference.append(_element("DigestMethod", Algorithm=Algorithm.SHA256.value))
    _sub(reference, DS, "DigestValue")
    return reference


def _qualifying_properties(
    certificate_der: bytes, signing_time: datetime, ids: SignatureIds
) -> Any:
    qualifying = etree.Element(
        f"{{{XADES}}}QualifyingProperties",
        {"Target": f"#{ids.signature}"},
        nsmap={"xades": XADES},
    )
    properties = _sub(qualifying, XADES, "SignedProperties")
    properties.set("Id", ids.signed_properties)
    signed = _sub(properties, XADES, "SignedSignatureProperties")
    moment = signing_time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    _sub(signed, XADES, "SigningTime", moment)
    certificates = _sub(signed, XADES, "SigningCertificate")
    _describe_certificate(_sub(certificates, XADES, "Cert"), certificate_der)
    return qualifying


def _describe_certificate(cert: Any, certificate_der: bytes) -> None:
    issuer, serial = issuer_and_serial(certificate_der)
    digest = _sub(cert, XADES, "CertDigest")
    digest.append(_element("DigestMethod", Algorithm=Algorithm.SHA256.value))
    value = base64.b64encode(hashlib.sha256(certificate_der).digest()).decode()
    _sub(digest, DS, "DigestValue", value)
    issuer_serial = _sub(cert, XADES, "IssuerSerial")
    _sub(issuer_serial, DS, "X509IssuerName", issuer)
    _sub(issuer_serial, DS, "X509SerialNumber", str(serial))
