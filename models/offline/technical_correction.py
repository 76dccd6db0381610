"""What of an invoice must stay the same in its technical correction.

Texts, addresses and the number may be mended; who, when, what and how much may not.
"""

from lxml import etree

from ...ksef.safe_xml import XmlRefused, parse_xml

#: rejected for want of rights: not a technical matter, KSeF refuses a correction.
NOT_TECHNICAL = {("invoice", "410")}

_PARTY = ("NIP", "KodUE", "NrVatUE", "NrID")
_HEAD = ("KodWaluty", "P_1", "P_6", "P_15", "RodzajFaktury")
_TOTALS = ("P_13_", "P_14_")
_ROW = ("P_8B", "P_9A", "P_9B", "P_11", "P_11A", "P_12", "StanPrzed")


def business_content(xml):
    """Return the facts of an FA(3) file that a technical correction keeps.

    :param bytes xml: as frozen
    :return: tuple of (place, name, value); ``None`` when the file cannot be read
    """
    try:
        root = parse_xml(xml)
    except XmlRefused:
        return None
    return tuple(
        (place, name, text)
        for place, name, text in _leaves(root)
        if _is_business(place, name)
    )


def _leaves(root):
    for element in root.iter(etree.Element):
        if len(element) == 0 and element.getparent() is not None:
            place = etree.QName(element.getparent()).localname
            yield place, etree.QName(element).localname, (element.text or "").strip()


def _is_business(place, name):
    if place == "DaneIdentyfikacyjne":
        return name in _PARTY
    if place == "FaWiersz":
        return name in _ROW
    return place == "Fa" and (name in _HEAD or name.startswith(_TOTALS))
