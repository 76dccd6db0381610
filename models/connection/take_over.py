"""Take over from Odoo's own KSeF module: its numbers, files and unanswered invoices.

``l10n_pl_edi`` installs itself in every Polish database and stays dormant until it gets
a certificate. Where it has been used, its history becomes accepted documents of ours
and its connection is switched off, so that two clients never work for one NIP.
"""

import base64

from odoo import api, models
from odoo.exceptions import UserError

from ...ksef.crypto import sha256_base64
from ...ksef.errors import KsefError
from ...ksef.upo import parse as parse_upo
from ..common import session_states as ses
from ..common.document_states import ACCEPTED
from ..common.moments import naive

#: the connection of ``l10n_pl_edi``, as its own settings clear it.
CORE_CONNECTION = (
    "l10n_pl_edi_certificate",
    "l10n_pl_edi_access_token",
    "l10n_pl_edi_refresh_token",
    "l10n_pl_edi_session_id",
    "l10n_pl_edi_session_key",
    "l10n_pl_edi_session_iv",
)

_CORE_MODE_PARAMETER = "l10n_pl_edi_ksef.mode"
_CORE_UPO_BUTTON = "action_l10n_pl_edi_get_invoice_UPO"
_CHUNK = 200


class ResCompany(models.Model):
    _inherit = "res.company"

    def action_l10n_pl_ksef_take_over(self):
        """Copy the history of Odoo's own KSeF module and switch it off.

        Pressed again it takes what has come since; nothing is taken twice.

        :raises UserError: the module is not here, or this company is not connected
        """
        self._l10n_pl_ksef_check_administrator()
        self._l10n_pl_ksef_check_connected()
        if "l10n_pl_edi_status" not in self.env["account.move"]._fields:
            raise UserError(
                self.env._("Odoo's own KSeF module is not installed in this database.")
            )
        company = self.sudo()
        numbers = company._l10n_pl_ksef_take_over_numbers()
        queued, lost = company._l10n_pl_ksef_take_over_unanswered()
        company.write(
            {name: False for name in CORE_CONNECTION if name in company._fields}
        )
        text = self.env._(
            "Taken over from Odoo's own KSeF module: %(numbers)s invoices with a KSeF"
            " number, %(queued)s that still wait for an answer. It is switched off for"
            " this company.",
            numbers=numbers,
            queued=len(queued),
        )
        if not lost:
            return self._l10n_pl_ksef_notice("success", text)
        return self._l10n_pl_ksef_notice(
            "warning",
            text
            + "\n"
            + self.env._(
                "The file sent is lost, send these invoices yourself: %(names)s",
                names=", ".join(lost.mapped("name")),
            ),
        )

    def _l10n_pl_ksef_take_over_numbers(self):
        """Make an accepted document of each invoice that has a number of core's.

        :return: how many
        """
        moves = self._l10n_pl_ksef_core_moves([("l10n_pl_edi_number", "!=", False)])
        known = self.env["l10n_pl_ksef.document"].search(
            [("company_id", "=", self.id), ("ksef_number", "!=", False)]
        )
        known = set(known.mapped("ksef_number"))
        moves = moves.filtered(lambda m: m.l10n_pl_edi_number not in known)
        sessions = self._l10n_pl_ksef_core_sessions(moves)
        for start in range(0, len(moves), _CHUNK):
            chunk = moves[start : start + _CHUNK]
            chunk._l10n_pl_ksef_adopt_core_number(sessions)
            self.env.flush_all()
            chunk.invalidate_recordset(flush=False)  # files are not kept in memory
        return len(moves)

    def _l10n_pl_ksef_take_over_unanswered(self):
        """Queue what core sent without hearing the answer, with the very same bytes.

        If KSeF has the invoice, it answers 440 with the number, which is adopted when
        its bytes are ours; if it has not, this is the first time. Either way there is
        one invoice in KSeF.

        :return: (the queued documents, moves whose XML is lost: a person sends those)
        """
        moves = self._l10n_pl_ksef_core_moves(
            [("l10n_pl_edi_number", "=", False), ("l10n_pl_edi_status", "=", "sent")]
        )
        with_xml = moves.filtered("l10n_pl_edi_attachment_id")
        documents = self.env["l10n_pl_ksef.document"]
        for move in with_xml:
            documents |= documents._freeze(move, move.l10n_pl_edi_attachment_id.raw)
        moves.l10n_pl_edi_status = False  # ours to follow from now on
        if documents:
            documents._trigger_sending()
        return documents, moves - with_xml

    def _l10n_pl_ksef_core_moves(self, domain):
        """Return posted sales of this company that match and have no document yet."""
        return self.env["account.move"].search(
            [
                ("company_id", "=", self.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "!=", "draft"),
                ("l10n_pl_ksef_document_ids", "=", False),
                *domain,
            ],
            order="id",
        )

    def _l10n_pl_ksef_core_sessions(self, moves):
        """Return the rows of the sessions that core sent ``moves`` in, by number."""
        model = self.env["l10n_pl_ksef.session"]
        numbers = set(filter(None, moves.mapped("l10n_pl_edi_session_id")))
        rows = model.search(
            [("company_id", "=", self.id), ("reference_number", "in", list(numbers))]
        )
        rows |= model.create(
            [
                {
                    "company_id": self.id,
                    "reference_number": number,
                    "state": ses.DONE,
                }
                for number in sorted(numbers - set(rows.mapped("reference_number")))
            ]
        )
        return {row.reference_number: row for row in rows}

    def _l10n_pl_ksef_core_environment(self):
        mode = self.env["ir.config_parameter"].get_param(_CORE_MODE_PARAMETER, "prod")
        return "prd" if mode == "prod" else "test"


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.private
    def _l10n_pl_ksef_adopt_core_number(self, sessions):
        """Write core's number, XML and UPO of these moves into accepted documents."""
        documents = self.env["l10n_pl_ksef.document"].create(
            [move._l10n_pl_ksef_core_history(sessions) for move in self]
        )
        for document in documents.filtered("xml_hash"):
            # Where core sent it, whatever this company is connected with today.
            company = document.company_id
            document.verification_link = document._link_in(
                company._l10n_pl_ksef_core_environment(), company.l10n_pl_ksef_nip
            )

    def _l10n_pl_ksef_core_history(self, sessions):
        """Return the values of the accepted document that core's fields tell of."""
        self.ensure_one()
        values = {
            "move_id": self.id,
            "company_id": self.company_id.id,
            "state": ACCEPTED,
            "ksef_number": self.l10n_pl_edi_number,
            "reference_number": self.l10n_pl_edi_ref,
            "queued_at": False,
        }
        if session := sessions.get(self.l10n_pl_edi_session_id):
            values["session_id"] = session.id
        if xml := self.l10n_pl_edi_attachment_id.raw:
            values |= {
                "xml": base64.b64encode(xml),
                "xml_hash": sha256_base64(xml),
                "xml_size": len(xml),
            }
        if upo := self.l10n_pl_edi_upo_id.raw:
            values["upo"] = base64.b64encode(upo)
            values |= self._l10n_pl_ksef_facts_of_upo(upo)
        return values

    def _l10n_pl_ksef_facts_of_upo(self, upo):
        """Return what ``upo`` says of this invoice (nothing, if it can't be read)."""
        try:
            documents = parse_upo(upo).documents
        except KsefError:
            return {}
        for told in documents:
            if told.ksef_number == self.l10n_pl_edi_number:
                mode = (told.mode or "").lower()
                return {
                    "acquired_at": naive(told.acquired_at),
                    "mode": mode in ("online", "offline") and mode,
                }
        return {}

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS 'account': where ours has the invoice, core's own button for the UPO
        # would only fail. By hand, because core's view need not be there.
        arch, view = super()._get_view(view_id, view_type, **options)
        for button in arch.xpath(f"//button[@name='{_CORE_UPO_BUTTON}']"):
            hidden = button.get("invisible") or "False"
            button.set("invisible", f"({hidden}) or l10n_pl_ksef_state")
        return arch, view
