"""Check an XML signature: references, transforms, digests, signature value.

Written here, not borrowed, so that it knows only what KSeF takes: everything else is
refused. ``second_opinion`` asks another library afterwards.
Source: W3C xmldsig-core 1.1; ksef-api.md §2.5 (algorithms, R||S, key sizes).
"""

from __future__ import annotations

import base64
import binascii
import copy
import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from lxml import etree

from .safe_xml import elements, text_of

DS = "http://www.w3.org/2000/09/xmldsig#"
_MORE_2001 = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_MORE_2021 = "http://www.w3.org/2021/04/xmldsig-more#"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = DS + "enveloped-signature"
_XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
_NOT_THE_SIGNATURE = "not(ancestor-or-self::ds:Signature)"
MIN_RSA_BITS = 2048
MIN_EC_BITS = 256

# Algorithm of canonicalization -> (exclusive, with comments).
CANONICALIZATIONS = {
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315": (False, False),
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments": (False, True),
    "http://www.w3.org/2006/12/xml-c14n11": (False, False),
    "http://www.w3.org/2006/12/xml-c14n11#WithComments": (False, True),
    _EXCLUSIVE: (True, False),
    _EXCLUSIVE + "WithComments": (True, True),
}
# SHA-1 is left out on purpose: refused live (ksef-api.md §2.5, DISAGREE).
DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256": "sha256",
    _MORE_2001 + "sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
    _MORE_2007 + "sha3-256": "sha3_256",
    _MORE_2007 + "sha3-384": "sha3_384",
    _MORE_2007 + "sha3-512": "sha3_512",
}
# SignatureMethod -> (key type, hash). RSA-PSS is left out: refused live.
SIGNATURE_METHODS: dict[str, tuple[str, type[hashes.HashAlgorithm]]] = {
    _MORE_2001 + "rsa-sha256": ("RSA", hashes.SHA256),
    _MORE_2001 + "rsa-sha384": ("RSA", hashes.SHA384),
    _MORE_2001 + "rsa-sha512": ("RSA", hashes.SHA512),
    _MORE_2001 + "ecdsa-sha256": ("EC", hashes.SHA256),
    _MORE_2001 + "ecdsa-sha384": ("EC", hashes.SHA384),
    _MORE_2001 + "ecdsa-sha512": ("EC", hashes.SHA512),
    _MORE_2021 + "ecdsa-sha3-256": ("EC", hashes.SHA3_256),
    _MORE_2021 + "ecdsa-sha3-384": ("EC", hashes.SHA3_384),
    _MORE_2021 + "ecdsa-sha3-512": ("EC", hashes.SHA3_512),
}

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


class BadSignature(Exception):
    """The signature does not hold; the text says why."""


@dataclass(frozen=True)
class Reference:
    """One checked ds:Reference and the element that it covers."""

    uri: str
    type: str | None
    target: etree._Element
    covers_document: bool


def ds(name: str) -> str:
    """Return a qualified name of the signature namespace."""
    return f"{{{DS}}}{name}"


def required(parent: etree._Element, name: str) -> etree._Element:
    """Return the one child called ``name``.

    :raises BadSignature: absent or repeated
    """
    found = [child for child in elements(parent) if child.tag == name]
    if len(found) != 1:
        raise BadSignature(f"Oczekiwano jednego elementu {name.partition('}')[2]}.")
    return found[0]


def base64_of(element: etree._Element) -> bytes:
    """Decode the Base64 text of an element; white space is allowed.

    :raises BadSignature: no Base64
    """
    try:
        return base64.b64decode("".join(text_of(element).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("Nieprawidłowe kodowanie Base64.") from error


def check_references(signature: etree._Element) -> list[Reference]:
    """Recompute every digest of the SignedInfo.

    :raises BadSignature: a digest differs, or a reference or transform is not allowed
    """
    signed_info = required(signature, ds("SignedInfo"))
    found = [child for child in elements(signed_info) if child.tag == ds("Reference")]
    return [_check_reference(item, signature) for item in found]


def check_signature_value(signature: etree._Element, key: PublicKey) -> None:
    """Verify the SignatureValue over the canonical SignedInfo.

    :raises BadSignature: wrong value, key too short, method not allowed or of another
        key type, ECDSA value in DER instead of R||S
    """
    signed_info = required(signature, ds("SignedInfo"))
    method = required(signed_info, ds("SignatureMethod")).get("Algorithm", "")
    if method not in SIGNATURE_METHODS:
        raise BadSignature(f"Niedozwolony algorytm podpisu {method}.")
    kind, algorithm = SIGNATURE_METHODS[method]
    c14n = required(signed_info, ds("CanonicalizationMethod"))
    message = canonical(signed_info, c14n)
    value = base64_of(required(signature, ds("SignatureValue")))
    try:
        _verify(kind, algorithm(), key, value, message)
    except InvalidSignature as error:
        raise BadSignature("Weryfikacja podpisu negatywna.") from error


def canonical(
    element: etree._Element, method: etree._Element, comments: bool = True
) -> bytes:
    """Canonicalize an element as ``method`` says.

    :param comments: ``False`` leaves comments out whatever the algorithm says
    :raises BadSignature: the algorithm is not allowed
    """
    algorithm = method.get("Algorithm", "")
    if algorithm not in CANONICALIZATIONS:
        raise BadSignature(f"Niedozwolona kanonikalizacja {algorithm}.")
    exclusive, with_comments = CANONICALIZATIONS[algorithm]
    prefixes = None
    for child in elements(method):
        if child.tag == f"{{{_EXCLUSIVE}}}InclusiveNamespaces":
            prefixes = child.get("PrefixList", "").split()
    octets: bytes = etree.tostring(
        element,
        method="c14n",
        exclusive=exclusive,
        with_comments=with_comments and comments,
        inclusive_ns_prefixes=prefixes if exclusive else None,
    )
    return octets


def check_key_size(key: PublicKey) -> None:
    """Refuse short keys (ksef-api.md §2.5).

    :raises BadSignature: RSA below 2048 or EC below 256 bits, or another kind of key
    """
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size >= MIN_RSA_BITS:
            return
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= MIN_EC_BITS:
        return
    raise BadSignature("Nieprawidłowy typ lub długość klucza.")


def _verify(
    kind: str,
    algorithm: hashes.HashAlgorithm,
    key: PublicKey,
    value: bytes,
    message: bytes,
) -> None:
    """Verify with the right scheme for the key.

    :raises InvalidSignature: wrong value
    :raises BadSignature: key and method do not fit, or the value is not R||S
    """
    if kind == "RSA" and isinstance(key, rsa.RSAPublicKey):
        key.verify(value, message, padding.PKCS1v15(), algorithm)
        return
    if kind == "EC" and isinstance(key, ec.EllipticCurvePublicKey):
        half = (key.key_size + 7) // 8
        if len(value) != 2 * half:
            raise BadSignature("Wartość podpisu ECDSA nie ma postaci R||S.")
        numbers = (int.from_bytes(part, "big") for part in (value[:half], value[half:]))
        encoded = utils.encode_dss_signature(*numbers)
        key.verify(encoded, message, ec.ECDSA(algorithm))
        return
    raise BadSignature("Algorytm podpisu nie pasuje do klucza.")


def _check_reference(reference: etree._Element, signature: etree._Element) -> Reference:
    """Recompute the digest of one reference."""
    uri = reference.get("URI")
    if uri is None or (uri and not uri.startswith("#")):
        raise BadSignature("Podpis zewnętrzny (detached) jest niedozwolony.")
    target, covers = _resolve(uri, signature)
    octets = _transformed(reference, target, signature)
    method = required(reference, ds("DigestMethod")).get("Algorithm", "")
    if method not in DIGESTS:
        raise BadSignature(f"Niedozwolony algorytm skrótu {method}.")
    digest = hashlib.new(DIGESTS[method], octets).digest()
    if not hmac.compare_digest(
        digest, base64_of(required(reference, ds("DigestValue")))
    ):
        raise BadSignature(f"Niezgodny skrót elementu „{uri}”.")
    return Reference(uri, reference.get("Type"), target, covers)


def _resolve(uri: str, signature: etree._Element) -> tuple[etree._Element, bool]:
    """Find what a reference covers, and whether that is the whole document."""
    root = signature.getroottree().getroot()
    if not uri:
        return root, True
    found = [
        element
        for element in root.iter()
        if isinstance(element.tag, str) and element.get("Id") == uri[1:]
    ]
    if len(found) != 1:
        raise BadSignature(f"Odwołanie „{uri}” nie wskazuje jednego elementu.")
    return found[0], found[0] is root


def _transformed(
    reference: etree._Element, target: etree._Element, signature: etree._Element
) -> bytes:
    """Apply the transforms of a reference and return the octets to digest."""
    without_signature, c14n = False, None
    listed = reference.find(ds("Transforms"))
    for item in elements(listed) if listed is not None else ():
        algorithm = item.get("Algorithm", "")
        if algorithm == _ENVELOPED or _is_xpath_without_signature(item):
            without_signature = True
        elif algorithm in CANONICALIZATIONS and c14n is None:
            c14n = item
        else:
            raise BadSignature(f"Niedozwolone przekształcenie {algorithm}.")
    if c14n is None:
        c14n = etree.Element(ds("Transform"), Algorithm=next(iter(CANONICALIZATIONS)))
    if without_signature:
        target = _copy_without(target, signature)
    # A same-document reference never covers comments (xmldsig-core 1.1, 4.4.3.3).
    return canonical(target, c14n, comments=False)


def _is_xpath_without_signature(transform: etree._Element) -> bool:
    """Tell whether a transform is the XPath form of enveloped-signature."""
    if transform.get("Algorithm") != _XPATH:
        return False
    expression = transform.find(ds("XPath"))
    if expression is None or expression.nsmap.get("ds") != DS:
        return False
    return "".join(text_of(expression).split()) == _NOT_THE_SIGNATURE


def _copy_without(target: etree._Element, signature: etree._Element) -> etree._Element:
    """Copy the document without its signature, keeping the text behind it.

    :raises BadSignature: the signature is not inside what it signs
    """
    if target is not signature.getroottree().getroot() or target is signature:
        raise BadSignature("Podpis nie jest zawarty w podpisywanym dokumencie.")
    clone = copy.deepcopy(target.getroottree()).getroot()
    twin = next(item for item in clone.iter(ds("Signature")))
    parent, before, tail = twin.getparent(), twin.getprevious(), twin.tail or ""
    parent.remove(twin)
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    return clone
