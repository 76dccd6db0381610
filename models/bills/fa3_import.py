"""From FA(3) and FA(2) to bills: the one entry is ``_l10n_pl_ksef_import``.

The document is read (``fa3_import_reading``), made into a plan of lines that add up
(``fa3_import_plan``), and written as a bill block by block. What does not fit leaves a
note and a to-do, never an exception and never another sum.
"""

import base64
import logging

from markupsafe import Markup
from psycopg2 import DataError, IntegrityError

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from ...ksef.fa3 import check
from ..common.ksef_activities import person
from .fa3_import_job import ACTIVITY, Books, Imported, Job, Receipt
from .fa3_import_payment import accounts_of
from .fa3_import_reading import identity, text
from .fa3_import_route import OTHER, SELF_BILLED, SHARE, UNIT, nip_of, share_of
from .fa3_import_supplier import Supplier

_logger = logging.getLogger(__name__)

#: what the database or a rule of the books may refuse in a document of others.
_REFUSALS = (UserError, ValueError, ArithmeticError, DataError, IntegrityError)
_PLACES = 5


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.private
    def _l10n_pl_ksef_import(
        self, invoice, xml, receipt=None, *, books=None, guide=None
    ):
        """Make a bill (or refund, or self-billed sale) of a received document.

        :param self: a draft without lines, to be filled; empty: a bill is created in
            the company of ``books``, else in the current one
        :param invoice: ``ksef.fa3.Invoice``, as parsed from ``xml``
        :param bytes xml: the file as received, kept with the bill
        :param receipt: ``Receipt`` of KSeF; ``None``: a file that a person brings
        :param books: ``Books`` shared by many imports into one company
        :param guide: ``Guide``; ``None``: the rules of the company itself
        :return: ``Imported``; nothing is raised for what a document may contain
        """
        by_hand = receipt is None
        company = self.company_id or (books and books.company) or self.env.company
        move = self.with_company(company).with_context(
            lang=self.env.context.get("lang") or company.partner_id.lang,
            skip_is_manually_modified=True,
        )
        books = books or Books(company.with_env(move.env))
        route = move._l10n_pl_ksef_route(invoice, company)
        job = Job(books, invoice, xml, receipt or Receipt(), guide)
        reason = move._l10n_pl_ksef_refused(
            route, job.reading, company, by_hand=by_hand
        )
        if reason:
            return Imported(move.browse(), "refused", reason)
        job.is_sale = route == SELF_BILLED
        if route == SHARE:
            job = move._l10n_pl_ksef_share_job(job)
        move._l10n_pl_ksef_note_route(job, route)
        if by_hand:
            move._l10n_pl_ksef_note_structure(job)
        return move._l10n_pl_ksef_import_job(job)

    # -- what it is to us ------------------------------------------------------
    def _l10n_pl_ksef_share_job(self, job):
        part, percent = share_of(job.reading.invoice, nip_of(job.company))
        shared = Job(job.books, part, job.xml, job.receipt, job.guide)
        shared.notes.add("shared", share=f"{percent:f}")
        return shared

    def _l10n_pl_ksef_note_route(self, job, route):
        reading = job.reading
        if route == OTHER:
            job.notes.add(
                "other_buyer",
                name=text(identity(reading.buyer).Nazwa) or "-",
                nip=reading.buyer_nip or "-",
                company=job.company.name,
            )
        if route in (UNIT, SHARE):
            roles = self._l10n_pl_ksef_role_names(reading, job.company)
            job.notes.add("third_party", roles=roles)
        others = [
            text(identity(party).Nazwa) or "-"
            for party in reading.invoice.Podmiot3
            if party.Rola == 4
        ]
        if others and route != SHARE:
            job.notes.add("co_buyers", names=", ".join(others))

    def _l10n_pl_ksef_note_structure(self, job):
        """Tell what is wrong with a file that did not come through KSeF."""
        if job.reading.is_farmers:
            return
        found = job.reading.invoice.problems
        if any(p.code == "not_utf8" for p in found):
            job.notes.add("other_encoding")
        unknown = [p.path for p in found if p.path]
        if unknown:
            job.notes.add("unknown_content", places=", ".join(unknown[:_PLACES]))
        wrong = [p.path for p in check(job.reading.invoice) if p.severity == "error"]
        wrong = [p for p in dict.fromkeys(wrong) if p and p not in unknown]
        if wrong:
            shown = ", ".join(wrong[:_PLACES])
            job.notes.add("unreadable", count=len(wrong), places=shown)

    # -- the bill --------------------------------------------------------------
    def _l10n_pl_ksef_import_job(self, job):
        party = job.reading.buyer if job.is_sale else job.reading.seller
        supplier = Supplier(party, job.company, accounts_of(job.reading), job.notes)
        job.known_partner = supplier.known()
        twin = self._l10n_pl_ksef_import_twin(job)
        if twin:
            twin = twin.with_company(twin.company_id).sudo(self.env.su)
            return twin._l10n_pl_ksef_join(job)
        move = self
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                job.partner = supplier.find()
                move = self._l10n_pl_ksef_fill(job)
        except _REFUSALS as error:
            _logger.warning("A received invoice could not be booked: %s", error)
            job.notes.add("failed", reason=str(error))
            move = self._l10n_pl_ksef_store(job, self._l10n_pl_ksef_bare(job))
        move._l10n_pl_ksef_order_picture()
        if not self:
            # Uploads do so by themselves, after the file has been read.
            move._l10n_pl_ksef_find_orders()
        move._l10n_pl_ksef_tell(job)
        move._l10n_pl_ksef_seek(job)
        move._l10n_pl_ksef_answer_seekers()
        todo = tuple(note.text for note in job.notes.todo)
        if not job.is_without_entry:
            return Imported(move, "created", todo=todo)
        move._l10n_pl_ksef_tell_originals(job)
        return Imported(move, "nothing", todo[-1] if todo else "", todo)

    def _l10n_pl_ksef_fill(self, job):
        """Write header, lines and taxes; return the bill."""
        values = {
            "move_type": job.move_type,
            "partner_id": job.partner.id,
            **self._l10n_pl_ksef_import_header(job),
            **self._l10n_pl_ksef_import_payment(job),
            **self._l10n_pl_ksef_import_correction(job),
            **self._l10n_pl_ksef_import_guided(job),
        }
        if advances := self._l10n_pl_ksef_import_advances(job):
            values["l10n_pl_ksef_advance_ids"] = [Command.set(advances.ids)]
        if not job.currency:
            job.notes.add("currency_unknown", currency=job.reading.currency)
        elif job.is_without_entry:
            job.notes.add("nothing_to_book")
        else:
            values["invoice_line_ids"] = self._l10n_pl_ksef_import_lines(job)
        move = self._l10n_pl_ksef_store(job, values)
        if move.invoice_line_ids:
            move._l10n_pl_ksef_force_taxes(job)
            move._l10n_pl_ksef_booked_differs(job)
        return move

    def _l10n_pl_ksef_import_guided(self, job):
        """Return journal and responsible person as the rules have them."""
        values = {}
        if job.is_sale:
            return values
        # Whoever uploads a file has chosen the journal.
        if job.guide.journal and not self:
            values["journal_id"] = job.guide.journal.id
        if job.guide.user:
            values["invoice_user_id"] = job.guide.user.id
        return values

    def _l10n_pl_ksef_find_orders(self):
        """Tie the bill to purchase orders, which may want other lines than it has."""
        if not self.invoice_line_ids:
            return
        try:
            with self.env.cr.savepoint():
                self._link_bill_origin_to_purchase_orders(timeout=4)
        except _REFUSALS as error:
            _logger.warning("No purchase order was tied to %s: %s", self, error)

    def _l10n_pl_ksef_bare(self, job):
        """Return the values of a bill of which only the file can be kept."""
        return {
            "move_type": job.move_type,
            "partner_id": job.known_partner.id,
            "ref": job.reading.number,
            "invoice_date": job.reading.issued,
        }

    def _l10n_pl_ksef_store(self, job, values):
        """Create the bill, or fill the draft that waits for it."""
        if job.receipt.ksef_number:
            values = {
                **values,
                "l10n_pl_ksef_number": job.receipt.ksef_number,
                "l10n_pl_ksef_acquired_at": job.receipt.acquired_at,
            }
        values = {**values, **self._l10n_pl_ksef_file_values(job)}
        if not self:
            # Our own note tells all: no log of each field, which is dear.
            model = self.with_context(
                default_move_type=job.move_type, tracking_disable=True
            )
            move = model.create({**values, "company_id": job.company.id})
            move = move.with_env(self.env)
            if self.env.user._is_internal() and self.env.user.active:
                move.sudo().message_subscribe(self.env.user.partner_id.ids)
            return move
        # The type decides about the journal items: it must be right before them.
        if self.move_type != values["move_type"]:
            self.move_type = values["move_type"]
        with self._get_edi_creation() as move:
            move.write(values)
        return self

    @api.model
    def _l10n_pl_ksef_file_values(self, job):
        """Return the values that keep the file as received, its picture wanted."""
        return {
            "l10n_pl_ksef_source": base64.b64encode(job.xml),
            "l10n_pl_ksef_source_hash": job.hash,
            "l10n_pl_ksef_picture_due": True,
        }

    def _l10n_pl_ksef_order_picture(self):
        self.env.ref("l10n_pl_ksef.ir_cron_draw_pictures").sudo()._trigger()

    def _l10n_pl_ksef_tell(self, job):
        """Post the notes; where a person has to look, plan an activity."""
        field = self._fields["l10n_pl_ksef_received_kind"]
        kinds = dict(field._description_selection(self.env))
        title = f"{kinds[job.reading.kind]} {job.reading.number}"
        body = Markup("<strong>%s</strong>%s") % (title, job.notes.as_html())
        # A note for the history: nobody gets an e-mail of it.
        self._message_log(body=body)
        if not job.notes.todo:
            return
        self.activity_schedule(
            ACTIVITY,
            note=job.notes.as_html(job.notes.todo),
            user_id=person(self.company_id.with_env(self.env), job.guide.user).id,
        )
