"""What the workers of the proofs do, and what is known here in the end."""

import base64
from collections.abc import Collection
from datetime import datetime, timedelta, timezone

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from enroll import make_seal
from sample_invoices import make_posted_invoices

from ksef.certificates import read_certificate

LIVE = ("queued", "sending", "processing", "unknown")
UNFINISHED = ("opening", "open", "closing", "closed")
CHUNK = 200
DAY = timedelta(days=1)


def prepare(env, count: int) -> None:
    """Post invoices of a connected Polish company; they are not handed over yet."""
    move = make_posted_invoices(env, count, lines=1)[0]
    _connect(env, move.company_id)


def _connect(env, company) -> None:
    """Connect the company with a seal of its own, which TEST lets in.

    No simulator is needed for it, so that each copy can have a new one.
    """
    nip = company.l10n_pl_ksef_nip
    key = ec.generate_private_key(ec.SECP256R1())
    der = make_seal(key, nip, company.name)
    model = env["l10n_pl_ksef.certificate"]
    # The model's own writer wants a certificate of KSeF, which a seal is not.
    certificate = model.create(
        {
            **model._facts(read_certificate(der)),
            "usage": "authentication",
            "company_id": company.id,
            "sealed_key": _sealed(
                env,
                key.private_bytes(
                    serialization.Encoding.DER,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ),
            ),
        }
    )
    company.write(
        {
            "l10n_pl_ksef_auth_certificate_id": certificate.id,
            "l10n_pl_ksef_environment": "custom",
            "l10n_pl_ksef_connected_at": datetime.now(timezone.utc).replace(
                tzinfo=None
            ),
        }
    )


def _sealed(env, data: bytes) -> str:
    from odoo.addons.l10n_pl_ksef.models.common.vault import seal

    return seal(env, data)


def point_at(env, api_url: str) -> None:
    """Make the simulator at ``api_url`` the KSeF of this database."""
    env["ir.config_parameter"].set_param("l10n_pl_ksef.custom_url", api_url)


def hand_over(env, limit: int | None = None) -> int:
    """Queue invoices that are not handed over yet, as posting them would.

    :return: how many
    """
    moves = env["account.move"].search(
        [
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("l10n_pl_ksef_document_ids", "=", False),
        ],
        order="id",
        limit=limit,
    )
    for start in range(0, len(moves), CHUNK):
        some = moves[start : start + CHUNK]
        if some._l10n_pl_ksef_enqueue() != some:
            raise RuntimeError(f"refused: {set(some.mapped('l10n_pl_ksef_problem'))}")
        env.cr.commit()
    return len(moves)


def work(env) -> None:
    """Do what the scheduler does when the cron's time has come."""
    env["l10n_pl_ksef.document"]._cron_send_documents()


def unfinished(env) -> int:
    """Count documents and sessions that are still on their way, or want their UPO."""
    env.invalidate_all()
    documents = env["l10n_pl_ksef.document"].search_count(
        ["|", ("state", "in", LIVE), ("next_try_at", "!=", False)]
    )
    sessions = env["l10n_pl_ksef.session"].search_count([("state", "in", UNFINISHED)])
    return documents + sessions


def known_here(env) -> dict:
    """Tell of each invoice: state, KSeF number, whether its UPO confirms the number."""
    env.invalidate_all()
    proofs = {}
    found = {}
    for document in env["l10n_pl_ksef.document"].search([]):
        row = document if document.upo else document.session_id
        if row not in proofs:
            upo = row.with_context(bin_size=False).upo
            proofs[row] = base64.b64decode(upo or b"")
        number = document.ksef_number or ""
        found.setdefault(document.move_id.name, []).append(
            {
                "state": document.move_id.l10n_pl_ksef_state,
                "number": document.move_id.l10n_pl_ksef_number or "",
                "has_upo": bool(number) and number.encode() in proofs[row],
            }
        )
    return found


def differences(
    names: list[str], here: dict, there: dict, no_upo: Collection[str] = ()
) -> dict[str, list[str]]:
    """Compare what is known here with what the simulator has accepted.

    :param names: of every invoice
    :param here: see :func:`known_here`
    :param there: numbers of KSeF by invoice number
    :param no_upo: invoices that KSeF has without giving a UPO of them
    :return: kind of fault -> invoice numbers; no fault, no key
    """
    faults: dict[str, list[str]] = {}
    for name in names:
        if kind := _fault(there.get(name, []), here.get(name, []), name in no_upo):
            faults.setdefault(kind, []).append(name)
    if strange := sorted(set(there) - set(names)):
        faults["strange"] = strange
    return faults


def _fault(numbers: list[str], rows: list[dict], has_no_upo: bool) -> str | None:
    """Return what is wrong with one invoice."""
    if not numbers:
        return "forgotten"
    if len(numbers) > 1:
        return "twice"
    if len(rows) != 1 or rows[0]["state"] != "accepted":
        return "not_accepted_here"
    if rows[0]["number"] not in numbers:
        return "other_number_here"
    return None if rows[0]["has_upo"] or has_no_upo else "without_upo"
