"""Handing invoices over to the sender."""

from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError

from ..common.rights import SEND, check_right

#: what is mended on the form that the person has before him.
_HERE = ("account.move", "account.move.line")

#: invoices that are made into FA(3) together; more would only cost memory.
PORTION = 500


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_l10n_pl_ksef_send(self):
        """Queue the invoices and start the sender; tell what could not be queued.

        :raises AccessError: no right to send
        :raises UserError, RedirectWarning: a single invoice that may not or can not go
        """
        check_right(self.env, SEND)
        if len(self) == 1:
            self._l10n_pl_ksef_check_sendable()
        queued = self._l10n_pl_ksef_enqueue()
        waiting = self.filtered("l10n_pl_ksef_waits_for_number")
        left = self - queued - waiting
        if waiting and not left:
            return self._l10n_pl_ksef_toast(
                "info",
                self.env._(
                    "Waiting for the KSeF number of the invoice that they name, sent"
                    " by themselves then: %(names)s.",
                    names=self._l10n_pl_ksef_names(waiting),
                ),
            )
        if not left:
            return self._l10n_pl_ksef_toast(
                "success",
                self.env._(
                    "On the way to KSeF: %(names)s.",
                    names=self._l10n_pl_ksef_names(queued),
                ),
            )
        return self._l10n_pl_ksef_toast(
            "warning",
            self.env._(
                "On the way to KSeF: %(queued)s. To be mended first: %(left)s.",
                queued=self._l10n_pl_ksef_names(queued) or "-",
                left=self._l10n_pl_ksef_names(left),
            ),
            sticky=True,
        )

    def action_l10n_pl_ksef_send_issued(self):
        """Send those of the chosen moves that the company has issued.

        :raises AccessError: no right to send
        :raises UserError: none of them is its own
        """
        issued = self.filtered(lambda move: move._l10n_pl_ksef_is_issued())
        return (issued or self[:1]).action_l10n_pl_ksef_send()

    def _l10n_pl_ksef_names(self, moves):
        """Return the numbers of a few moves, or how many they are."""
        if len(moves) > 10:
            return self.env._("%(count)s invoices", count=len(moves))
        return ", ".join(moves.mapped("name"))

    def _l10n_pl_ksef_toast(self, kind, message, sticky=False):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": "KSeF",
                "message": message,
                "sticky": sticky,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _l10n_pl_ksef_check_sendable(self):
        """Raise when this invoice may not or can not go to KSeF."""
        self.ensure_one()
        if refusal := self._l10n_pl_ksef_refusal():
            raise UserError(refusal)
        self._l10n_pl_ksef_raise_problems()

    def _l10n_pl_ksef_raise_problems(self):
        """Raise with all that is wrong and the way to the record that mends it."""
        self.ensure_one()
        problems = self._l10n_pl_ksef_prepare()[self].errors
        if not problems or self._l10n_pl_ksef_only_waits(problems):
            return
        message = _text(problems)
        first = next((p for p in problems if p.res_id and p.model not in _HERE), None)
        # A scheduled action has nobody to lead, and takes no other error as ours.
        if not first or self.env.context.get("ir_cron_progress_id"):
            raise UserError(message)
        raise RedirectWarning(
            message,
            {
                "type": "ir.actions.act_window",
                "res_model": first.model,
                "res_id": first.res_id,
                "views": [(False, "form")],
            },
            self.env._("Open and mend"),
        )

    @api.private
    def _l10n_pl_ksef_note_problems(self):
        """Keep what would hold these invoices from being sent, for people to see."""
        for move, prepared in self._l10n_pl_ksef_prepare().items():
            move._l10n_pl_ksef_keep_problem(_text(prepared.errors))

    def _l10n_pl_ksef_keep_problem(self, text):
        # Even a write of the same value makes Odoo look for changed totals.
        if (self.l10n_pl_ksef_problem or "") != text:
            self.l10n_pl_ksef_problem = text

    @api.private
    def _l10n_pl_ksef_enqueue(self, at=False):
        """Freeze the FA(3) of the fit moves, queue them and wake the sender.

        The others keep in ``l10n_pl_ksef_problem`` what is to be mended.

        :param at: naive UTC time of the first attempt, at once by default
        :return: the queued moves
        """
        ids = []  # a recordset that grows by one would cost more with each
        for start in range(0, len(self), PORTION):
            if start:
                # Of thousands only a portion is held in memory.
                self.env.flush_all()
                self.env.invalidate_all()
            portion = self[start : start + PORTION].with_prefetch()
            ids += portion._l10n_pl_ksef_enqueue_portion(at)
        if ids:
            self.env["l10n_pl_ksef.document"]._trigger_sending(at or None)
        return self.browse(ids)

    def _l10n_pl_ksef_enqueue_portion(self, at):
        refusals = {move: move._l10n_pl_ksef_refusal() for move in self}
        for move, refusal in refusals.items():
            if refusal:
                move._l10n_pl_ksef_keep_problem(refusal)
        candidates = self.filtered(lambda m: not refusals[m])
        # Two people press the button at once: one of them gets the lock.
        candidates.lock_for_update()
        ids = []
        for move, prepared in candidates._l10n_pl_ksef_prepare().items():
            errors = prepared.errors
            move._l10n_pl_ksef_keep_problem(_text(errors))
            waits = self._l10n_pl_ksef_only_waits(errors)
            if move.l10n_pl_ksef_waits_for_number != waits:
                move.l10n_pl_ksef_waits_for_number = waits
            if prepared.xml is not None:
                self.env["l10n_pl_ksef.document"]._freeze(move, prepared.xml, at)
                ids.append(move.id)
        return ids


def _text(problems):
    """Return the sentences, each once: many rows may have the same fault."""
    return "\n".join(dict.fromkeys(problem.message for problem in problems))
