"""Validate invoices against the official XSD, when its files are at hand.

The files are not part of this program. They are looked for in ``Config.schemas`` by
their official names, then FA(3) in an installed ``l10n_pl_edi`` of Odoo. Odoo's copy
comes without the base types, so a minimal set of those is written here. Source:
ksef-api.md §11 (schema, code 450); names of ``faktury/schemy`` of ksef-api.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

_logger = logging.getLogger(__name__)
# systemCode of a session -> file name, root namespace.
FORMS = {
    "FA (2)": (
        "schemat_FA(2)_v1-0E.xsd",
        "http://crd.gov.pl/wzor/2023/06/29/12648/",
    ),
    "FA (3)": (
        "schemat_FA(3)_v1-0E.xsd",
        "http://crd.gov.pl/wzor/2025/06/25/13775/",
    ),
    "FA_RR (1)": (
        "schemat_FA_RR(1)_v1-1E.xsd",
        "http://crd.gov.pl/wzor/2026/03/06/14189/",
    ),
}
_ODOO_FILE = ("data", "fa3_schema.xsd")
_MAX_MESSAGES = 20


class _LocalFiles(etree.Resolver):
    """Find imported schemas by name beside the others; the network is never asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def resolve(self, system_url: str, _public_id: str, context: object) -> object:
        """Return the local file of an import, or the minimal base types."""
        name = system_url.rsplit("/", 1)[-1]
        found = next(self._folder.rglob(name), None)
        if found is not None:
            return self.resolve_filename(str(found), context)
        return self.resolve_string(_base_types(), context)


def schema_for(form: str, folder: Path | None) -> etree.XMLSchema | None:
    """Return the compiled schema of a form, ``None`` when there is no file for it.

    :param form: ``systemCode`` of the session
    """
    path = _path_of(form, folder)
    return _compiled(path) if path is not None else None


def violations(schema: etree.XMLSchema, document: etree._Element) -> tuple[str, ...]:
    """Return what the schema finds, at most twenty messages; empty when valid."""
    if schema.validate(document):
        return ()
    entries = list(schema.error_log)[:_MAX_MESSAGES]
    return tuple(f"Linia {entry.line}: {entry.message}" for entry in entries)


def _path_of(form: str, folder: Path | None) -> Path | None:
    """Find the file of a form."""
    if form not in FORMS:
        return None
    if folder is not None:
        found = next(folder.rglob(FORMS[form][0]), None)
        if found is not None:
            return found
    return _odoo_schema() if form == "FA (3)" else None


@lru_cache(maxsize=1)
def _odoo_schema() -> Path | None:
    """Find the FA(3) schema of an Odoo that is installed in this Python."""
    try:
        spec = find_spec("odoo.addons.l10n_pl_edi")
    except (ImportError, ValueError):
        return None
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        path = Path(place).joinpath(*_ODOO_FILE)
        if path.is_file():
            return path
    return None


@lru_cache(maxsize=8)
def _compiled(path: Path) -> etree.XMLSchema | None:
    """Compile a schema file once."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_LocalFiles(path.parent.parent))
    try:
        return etree.XMLSchema(etree.parse(str(path), parser))
    except etree.LxmlError as error:
        _logger.warning("the schema %s is not usable: %s", path.name, error)
        return None


def _base_types() -> str:
    """Write the base types that invoice schemas refer to, as far as they bind.

    Wider than the official ones in one place: any two letters are a country.
    """
    types = "".join(
        f'<xsd:simpleType name="{name}"><xsd:restriction base="xsd:{base}">{facets}'
        "</xsd:restriction></xsd:simpleType>"
        for name, (base, facets) in _BASE_TYPES.items()
    )
    namespace = (
        "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/01/05/eD/DefinicjeTypy/"
    )
    return (
        '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'targetNamespace="{namespace}">{types}</xsd:schema>'
    )


def _facets(**values: object) -> str:
    return "".join(f'<xsd:{name} value="{value}"/>' for name, value in values.items())


def _one_of(*values: int) -> str:
    return "".join(f'<xsd:enumeration value="{value}"/>' for value in values)


_BASE_TYPES = {
    "TAdresEmail": ("token", _facets(minLength=3, maxLength=255, pattern="(.)+@(.)+")),
    "TData": (
        "date",
        _facets(
            minInclusive="1900-01-01",
            maxInclusive="2050-12-31",
            pattern=r"\d{4}-\d{2}-\d{2}",
        ),
    ),
    "TDataCzas": ("dateTime", ""),
    "TKodKraju": ("normalizedString", _facets(pattern="[A-Z]{2}")),
    "TNaturalny": ("nonNegativeInteger", _facets(totalDigits=14)),
    "TNrIdentyfikacjiPodatkowej": ("string", _facets(minLength=1, maxLength=50)),
    "TNrKRS": ("string", _facets(pattern=r"\d{10}")),
    "TNrNIP": ("string", _facets(pattern=r"[1-9]((\d[1-9])|([1-9]\d))\d{7}")),
    "TNrREGON": ("string", _facets(pattern=r"\d{9}|\d{14}")),
    "TProcentowy": (
        "decimal",
        _facets(totalDigits=5, fractionDigits=2, minInclusive=0, maxInclusive=100),
    ),
    "TTekstowy": ("string", _facets(minLength=1, maxLength=3500)),
    "TWybor1": ("byte", _one_of(1)),
    "TWybor1_2": ("byte", _one_of(1, 2)),
}
