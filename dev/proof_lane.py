"""A lane of the crash matrix: a database and a simulator, made anew for each try."""

from signal import SIGKILL

import proof_stage
from proof_points import LabelledPoints, Points
from proof_sender import differences, known_here, unfinished, work

#: kind of sending -> from how many invoices on a package is made; 0: never.
KINDS = {"interactive": 0, "batch": 2}
ROUNDS = 12
DUPLICATE = "440"
#: packed, an invoice has about three times as much.
PART_BYTES_OF_AN_INVOICE = 500


class Lane:
    """Plays one cell after the other.

    :param template: database with queued invoices
    :param database: this lane's copies have this name
    """

    def __init__(self, template: str, database: str) -> None:
        self.template = template
        self.stage = proof_stage.Stage(database)
        self.ksef = proof_stage.Ksef()
        proof_stage.copy(template, database)
        self.stage.load()

    def close(self) -> None:
        """Leave nothing behind."""
        self.ksef.stop()
        proof_stage.drop(self.stage.database)

    def lay(self, kind: str) -> None:
        """Make database and simulator anew."""
        proof_stage.copy(self.template, self.stage.database)
        self.ksef.reset()
        proof_stage.query(
            self.stage.database,
            "UPDATE res_company SET l10n_pl_ksef_batch_from = %s",
            (KINDS[kind],),
        )
        proof_stage.query(
            self.stage.database,
            "UPDATE ir_config_parameter SET value = %s WHERE key = %s",
            (self.ksef.api_url, "l10n_pl_ksef.custom_url"),
        )

    def points(self, kind: str) -> list[list[str]]:
        """Let a run come to its end.

        :return: the names and the labels of its points
        """
        self.lay(kind)
        return self.stage.run(_watched)

    def cell(self, kind: str, point: int) -> dict:
        """Kill a worker at a point and let another one go on.

        :return: what came of it; ``faults`` is empty when all is well
        """
        self.lay(kind)
        worker = self.stage.fork(lambda env: _until(env, point))
        code = worker.wait()
        complaints = worker.complaints()
        restarted = self.stage.fork(_go_on)
        if restarted.wait() != 0:
            return {"faults": {"restart failed": [restarted.complaints()]}}
        here = restarted.result()
        faults = self.faults(here)
        if code != -SIGKILL:
            faults["not killed"] = [f"exit code {code}"]
        complaints += restarted.complaints()
        if complaints:
            faults["complaints"] = [complaints]
        return {"faults": faults, "rounds": here["rounds"]}

    def faults(self, here: dict) -> dict[str, list[str]]:
        """Compare what KSeF has with what a worker knew at its end.

        :param here: ``known`` (see ``known_here``) and ``unfinished``
        """
        faults = differences(list(here["known"]), here["known"], self.ksef.accepted())
        if here["unfinished"]:
            faults["unfinished"] = [str(here["unfinished"])]
        if duplicates := self.ksef.statuses().get(DUPLICATE, 0):
            # KSeF refused them; that they were sent is a fault all the same.
            faults["sent again"] = [str(duplicates)]
        return faults


def _watched(env) -> list[list[str]]:
    points = LabelledPoints()
    cut_packages(env)
    points.watch()
    work(env)
    points.end()
    return [points.names, points.labels]


def _until(env, point: int) -> None:
    cut_packages(env)
    Points(point).watch()
    work(env)


def cut_packages(env) -> None:
    """Let a package have a few parts, which so few invoices would not fill."""
    from odoo.addons.l10n_pl_ksef.models.sending import batch_sending

    waiting = env["l10n_pl_ksef.document"].search_count([])
    batch_sending.PART_BYTES = PART_BYTES_OF_AN_INVOICE * waiting


def end_pauses(env) -> None:
    """Let everything that waits be due."""
    env["l10n_pl_ksef.document"].search([])._note(next_try_at=False)
    env["l10n_pl_ksef.session"].search([])._note(next_check_at=False)
    env.cr.commit()


def _go_on(env) -> dict:
    """Be the restarted Odoo: work, let the pauses pass, work, until all is done."""
    rounds = 0
    while (left := unfinished(env)) and rounds < ROUNDS:
        rounds += 1
        end_pauses(env)
        work(env)
    return {"rounds": rounds, "unfinished": left, "known": known_here(env)}
