"""An independent walk through the official schema, for comparison with the model."""

from __future__ import annotations

from fa3_helpers import BASE_TYPES, XSD
from lxml import etree

from ksef.fa3 import model
from ksef.fa3.facets import SimpleType
from ksef.fa3.plans import UNBOUNDED, specs

X = "{http://www.w3.org/2001/XMLSchema}"


class Schema:
    """The official schema, with named types and code lists within reach."""

    def __init__(self, version):
        files = [XSD[version], *BASE_TYPES.parent.glob("*.xsd")]
        self.roots = [etree.parse(str(file)).getroot() for file in files]
        self.types = {}
        for root in reversed(self.roots):
            prefix = "tns" if root is self.roots[0] else "etd"
            for kind in root.iterchildren(X + "simpleType", X + "complexType"):
                self.types[f"{prefix}:{kind.get('name')}"] = kind

    def document(self):
        """Return the declaration of the root element."""
        return self.roots[0].find(X + "element")

    def type_of(self, element):
        """Return the type of an element: named, or inside it."""
        named = element.get("type")
        if named is None:
            return next(element.iterchildren(X + "simpleType", X + "complexType"))
        return self.types.get(named, named)

    def facets(self, kind):
        """Collect the facets of a simple type along its chain of restrictions."""
        if isinstance(kind, str):
            return {"base": kind.removeprefix("xsd:")}
        union = kind.find(X + "union")
        if union is not None:
            patterns = [one.get("value") for one in union.iter(X + "pattern")]
            return {"base": "string", "pattern": "|".join(f"({p})" for p in patterns)}
        restriction = kind.find(X + "restriction")
        base = restriction.get("base")
        found = self.facets(self.types.get(base, base))
        own = {}
        for facet in restriction:
            name = etree.QName(facet).localname
            if name == "enumeration":
                own.setdefault("enumeration", []).append(facet.get("value"))
            elif name != "annotation":
                own[name] = facet.get("value")
        return {**found, **own}


def cardinality(element):
    """Return minOccurs and maxOccurs of a particle."""
    most = element.get("maxOccurs", "1")
    return (
        int(element.get("minOccurs", "1")),
        UNBOUNDED if most == "unbounded" else int(most),
    )


def particles(schema, parent):
    """Walk a content model into nested tuples, harmless nesting removed."""
    found = []
    for child in parent:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        if name == "element":
            found.append((child.get("name"), *cardinality(child)))
        elif name == "sequence":
            inner = particles(schema, child)
            optional = cardinality(child)[0] == 0
            if optional and all(part[1] == 0 for part in inner):
                found.extend(inner)
            elif optional and len(inner) == 1:
                found.append((inner[0][0], 0, inner[0][2]))
            elif optional:
                found.append(("sequence", 0, inner))
            else:
                found.extend(inner)
        elif name == "choice":
            parts = [particles(schema, [part]) for part in child]
            parts = [part for part in parts if part]
            found.append(("choice", cardinality(child)[0], parts))
    return found


def content_of(schema, kind):
    """Find the particles of a complex type, through an extension if need be."""
    extension = kind.find(f"{X}complexContent/{X}extension")
    if extension is not None:
        return content_of(schema, schema.types[extension.get("base")])
    return particles(schema, kind)


def pairs(schema, version):
    """Yield every complex element with its class, and simple ones with their type."""
    queue = [(schema.document(), model.Invoice, "Faktura")]
    while queue:
        element, cls, path = queue.pop()
        kind = schema.type_of(element)
        yield path, kind, cls, element
        if isinstance(cls, SimpleType) or kind.find(X + "simpleContent") is not None:
            continue
        extension = kind.find(f"{X}complexContent/{X}extension")
        source = kind if extension is None else schema.types[extension.get("base")]
        known = specs(cls, version)
        for child in source.iter(X + "element"):
            owner = next(child.iterancestors(X + "complexType"))
            if owner is source:
                name = child.get("name")
                queue.append((child, known[name].type, f"{path}/{name}"))
