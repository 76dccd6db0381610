"""A readable picture of any FA document: what stands where.

The big parts have places of their own; everything else follows as the structure has it
(``fa3_picture_blocks``), so that the picture is complete. No records here.
"""

from dataclasses import dataclass, field
from typing import Any

from ...ksef.fa3 import farmers, model
from ..bills.fa3_import_reading import BUCKETS
from .fa3_picture_blocks import Block, Cell, Column, Fact, Table, Walk
from .fa3_picture_values import Values

_HEAD = ("P_2", "P_1", "P_1M", "P_6", "OkresFa", "WZ", "KodWaluty")
_CORRECTION = (
    "PrzyczynaKorekty",
    "TypKorekty",
    "DaneFaKorygowanej",
    "OkresFaKorygowanej",
    "NrFaKorygowany",
    "Podmiot1K",
    "Podmiot2K",
    "P_15ZK",
    "KursWalutyZK",
)
_SUMS = tuple(name for bucket, _rates in BUCKETS for name in bucket if name)
_MARKS = ("FP", "TP", "ZwrotAkcyzy")
#: written small below the name of a row.
_ROW_DETAILS = (
    *("P_6A", "Indeks", "GTIN", "PKWiU", "CN", "PKOB", "P_12_XII"),
    *("P_12_Zal_15", "KwotaAkcyzy", "GTU", "Procedura", "KursWaluty", "StanPrzed"),
)
_ORDER_DETAILS = (
    *("IndeksZ", "GTINZ", "PKWiUZ", "CNZ", "PKOBZ", "P_12Z_XII"),
    *("P_12Z_Zal_15", "GTUZ", "ProceduraZ", "KwotaAkcyzyZ", "StanPrzedZ"),
)
#: keys for programs: a person tells rows by their numbers.
_KEYS = ("UU_ID", "UU_IDZ")
#: annotations that say "no" by themselves.
_NEGATIVE = ("P_19N", "P_22N", "P_PMarzyN")
_NUMBER_TYPES = ("dec", "int")
_DATE_TYPES = ("date", "datetime", "time")


@dataclass(slots=True)
class Known:
    """What is known of a document beside its file.

    :ivar link: address behind the QR code; ``qr`` is its image as Base64 of a PNG
    :ivar problems: ``ToMend`` of a draft; ``None``: it is no draft
    """

    ksef_number: str = ""
    acquired_at: Any = None
    link: str = ""
    qr: bytes = b""
    problems: Any = None


@dataclass(frozen=True, slots=True)
class ToMend:
    """A problem of a draft, with the way to the record that mends it.

    :ivar level: ``error`` or ``warning``; ``code`` is the word of the broken rule
    :ivar place: name of the record and its field, in the user's language
    """

    level: str
    code: str
    message: str
    model: str
    res_id: int
    place: str


@dataclass(slots=True)
class Picture:
    """What the template shows, from top to bottom."""

    title: str
    number: str
    known: Known
    is_draft: bool
    head: list[Fact]
    seller: Block
    buyer: Block
    parts: list[Block]
    problems: list[tuple[str, Any]] = field(default_factory=list)


def picture(values, invoice, known):
    """Return the picture of a document.

    :param values: ``Values``
    :param invoice: ``ksef.fa3.Invoice``; incomplete ones are shown as they are
    """
    return _Painter(values, invoice, known).run()


class _Painter:
    def __init__(self, values, invoice, known):
        self.is_farmers = farmers.is_farmers(invoice)
        self.values = Values(values.env, "RR") if self.is_farmers else values
        self.invoice = invoice
        self.known = known
        self.fa = invoice.Fa or model.Fa()
        self.walk = Walk(self.values, invoice.namespace)
        self.label = self.values.label

    def run(self):
        invoice, label = self.invoice, self.label
        is_draft = self.known.problems is not None
        kind = self.fa.RodzajFaktury or "VAT"
        missing = label("draft_number") if is_draft else "-"
        return Picture(
            title=self._title(kind),
            number=self.fa.P_2 or missing,
            known=self.known,
            is_draft=is_draft,
            head=self._head(),
            seller=self._party(invoice.Podmiot1, "Podmiot1"),
            buyer=self._party(invoice.Podmiot2, "Podmiot2"),
            parts=[part for part in self._parts() if part],
            problems=[(label(one.level), one) for one in self.known.problems or ()],
        )

    def _title(self, kind):
        if self.is_farmers:
            return self.label(kind)
        return self.values.text("RodzajFaktury", kind, None)

    # -- top -------------------------------------------------------------------
    def _head(self):
        facts = []
        if self.known.ksef_number:
            facts.append(Fact(self.label("ksef_number"), [self.known.ksef_number]))
        if self.known.acquired_at:
            moment = self.values.day(self.known.acquired_at)
            facts.append(Fact(self.label("acquired_at"), [moment]))
        names = [name for name in _HEAD if name not in ("P_2", "OkresFa")]
        facts += self.walk.facts(self.fa, names)
        if self.fa.OkresFa:
            period = self.walk.facts(self.fa.OkresFa, ("P_6_Od", "P_6_Do"))
            lines = [line for fact in period for line in fact.lines]
            facts.append(Fact(self.label("OkresFa"), [" - ".join(lines)]))
        return facts

    def _party(self, party, name):
        title = self.label(name)
        return self.walk.block(party, title) if party else Block(title)

    # -- middle ----------------------------------------------------------------
    def _parts(self):
        invoice, fa = self.invoice, self.fa
        yield from self._others()
        yield self._correction()
        yield self._rows()
        yield self._sums()
        if fa.Zamowienie:
            yield self._order(fa.Zamowienie)
        if not self.is_farmers:
            yield self._annotations()
        rest = self.walk.block(
            fa,
            self.label("Fa"),
            skip=(
                *(*_HEAD, *_CORRECTION, *_SUMS, *_MARKS, "RodzajFaktury", "P_15"),
                *("KursWalutyZ", "Adnotacje", "FaWiersz", "Zamowienie"),
            ),
        )
        # Payment, terms and the like are parts of their own; facts stay together.
        blocks, rest.blocks = rest.blocks, []
        if not rest.facts:
            rest.title = ""
        yield rest
        yield from blocks
        if invoice.Stopka:
            yield self.walk.block(invoice.Stopka, self.label("Stopka"))
        if invoice.Zalacznik:
            yield self._attachment(invoice.Zalacznik)
        yield self._about()

    def _others(self):
        for party in self.invoice.Podmiot3:
            yield self._party(party, "Podmiot3")
        if self.invoice.PodmiotUpowazniony:
            yield self._party(self.invoice.PodmiotUpowazniony, "PodmiotUpowazniony")

    def _correction(self):
        names = [item for item in type(self.fa).__slots__ if item not in _CORRECTION]
        title = self.values.text("RodzajFaktury", self.fa.RodzajFaktury or "KOR", None)
        return self.walk.block(self.fa, title, skip=names, extras=False)

    def _rows(self):
        title = self.label("FaWiersz")
        if not self.fa.FaWiersz:
            return Block("")
        table = self.walk.table(self.fa.FaWiersz, "", _KEYS + _ROW_DETAILS)
        self._add_details(table, self.fa.FaWiersz, "P_7", _ROW_DETAILS)
        return Block(title, tables=[table])

    def _order(self, order):
        block = self.walk.block(
            order, self.label("Zamowienie"), skip=("ZamowienieWiersz",)
        )
        rows = order.ZamowienieWiersz
        if rows:
            table = self.walk.table(rows, "", _KEYS + _ORDER_DETAILS)
            self._add_details(table, rows, "P_7Z", _ORDER_DETAILS)
            block.tables.insert(0, table)
        return block

    def _add_details(self, table, rows, name, details):
        """Write the small facts of each row below its name."""
        label = self.label(name)
        place = next(
            (i for i, column in enumerate(table.columns) if column.label == label), 0
        )
        if not table.columns:
            table.columns = [Column(label)]
            table.rows = [[Cell("")] for _row in rows]
        for row, cells in zip(rows, table.rows, strict=True):
            cells[place].facts = self.walk.facts(row, details)
            cells[place].facts += [self.walk.extra(extra) for extra in row.extra]

    def _sums(self):
        """Return the totals by rate, and the total of all."""
        found = [bucket for bucket, _rates in BUCKETS if self._has(bucket)]
        columns = [Column(self.label("P_12"))]
        columns += [Column(self.label(name), True) for name in ("net", "vat")]
        has_local = any(b.local and self._amount(b.local) for b in found)
        if has_local:
            columns.append(Column(self.label("vat_pln"), True))
        rows = [
            [
                Cell(self.label(bucket.base)),
                Cell(self._amount(bucket.base)),
                Cell(self._amount(bucket.tax)),
                *([Cell(self._amount(bucket.local))] if has_local else []),
            ]
            for bucket in found
        ]
        table = Table("", columns, rows)
        block = Block(self.label("sums"), tables=[table] if rows else [])
        total = self._amount("P_15")
        if total:
            currency = self.fa.KodWaluty or ""
            table.footer = [self.label("P_15"), f"{total} {currency}".strip()]
            if not rows:
                block.facts.append(Fact(self.label("P_15"), table.footer[1:]))
        block.facts += self.walk.facts(self.fa, ("KursWalutyZ",))
        return block

    def _has(self, bucket):
        return any(name and getattr(self.fa, name) is not None for name in bucket)

    def _amount(self, name):
        """Return a money field of Fa as a text; empty when it is absent."""
        value = getattr(self.fa, name) if name else None
        if value is None:
            return ""
        kind = type(self.fa).__dataclass_fields__[name].metadata["spec"].type
        return self.values.text(name, value, kind)

    def _annotations(self):
        """Return what applies as facts, and what does not in one line."""
        given = self.fa.Adnotacje
        block = self.walk.block(given, "") if given else Block("")
        block.title = self.label("Adnotacje")
        no = self.label("no")
        negative = {self.label(name) for name in _NEGATIVE}
        without = [
            fact.label
            for fact in block.facts
            if fact.lines == [no] or fact.label in negative
        ]
        facts = [fact for fact in block.facts if fact.label not in without]
        for inner in list(block.blocks):
            if inner.facts and all(fact.label in negative for fact in inner.facts):
                block.blocks.remove(inner)
                without += [fact.label for fact in inner.facts]
        block.facts = facts + self.walk.facts(self.fa, _MARKS)
        if without:
            block.facts.append(Fact(self.label("without"), [", ".join(without)]))
        return block

    # -- bottom ----------------------------------------------------------------
    def _attachment(self, attachment):
        block = Block(self.label("Zalacznik"))
        for part in attachment.BlokDanych:
            inner = self.walk.block(
                part,
                part.ZNaglowek or self.label("BlokDanych"),
                skip=("ZNaglowek", "Tabela"),
            )
            inner.blocks += [self._free_table(table) for table in part.Tabela]
            block.blocks.append(inner)
        for extra in attachment.extra:
            block.facts.append(self.walk.extra(extra))
        return block

    def _free_table(self, given):
        """Return a table whose columns the seller has named."""
        block = self.walk.block(
            given, given.Opis or "", skip=("Opis", "TNaglowek", "Wiersz", "Suma")
        )
        heads = given.TNaglowek.Kol if given.TNaglowek else ()
        columns = [
            Column(head.NKom or "", head.Typ in _NUMBER_TYPES, head.Typ in _DATE_TYPES)
            for head in heads
        ]
        rows = [[Cell(text) for text in row.WKom] for row in given.Wiersz]
        width = max([len(columns), *map(len, rows)], default=0)
        columns += [Column("")] * (width - len(columns))
        table = Table("", columns, rows)
        if given.Suma:
            table.footer = list(given.Suma.SKom)
        block.tables.append(table)
        return block

    def _about(self):
        head = self.invoice.Naglowek
        block = Block(self.label("Naglowek"))
        if head:
            block = self.walk.block(head, block.title, skip=("KodFormularza",))
            form = head.KodFormularza
            if form:
                code = form.kodSystemowy or ""
                # The system code begins with the code of the form.
                kind = None if code.startswith(form.value or "") else form.value
                names = (kind, code, form.wersjaSchemy)
                text = " ".join(filter(None, names))
                block.facts.insert(0, Fact(self.label("KodFormularza"), [text]))
        for extra in self.invoice.extra:
            block.facts.append(self.walk.extra(extra))
        return block
