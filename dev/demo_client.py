"""Do at the running demo what a person does in the browser, over Odoo's own HTTP.

``python demo_client.py connect ODOO_URL DATABASE KSEF_API_URL`` connects the company,
``... once ...`` does the whole main job and reports each step of it.
"""

import base64
import io
import subprocess
import sys
import time
from dataclasses import dataclass
from urllib.parse import urljoin

import requests
import zxingcpp
from enroll import enroll
from lxml import etree
from PIL import Image

LOGIN = PASSWORD = "anna"
TIMEOUT_SECONDS = 60
ANSWER_SECONDS = 90
DOTS_PER_INCH = 150
INVOICE_FIELDS = [
    "name",
    "state",
    "l10n_pl_ksef_state",
    "l10n_pl_ksef_number",
    "l10n_pl_ksef_has_upo",
    "l10n_pl_ksef_message",
    "l10n_pl_ksef_problem",
]


class StepFailed(Exception):
    """A step of the main job did not do what it should."""


@dataclass
class Odoo:
    """One person's session at a running Odoo."""

    url: str
    database: str

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self._post(
            "/web/session/authenticate",
            {"db": self.database, "login": LOGIN, "password": PASSWORD},
        )

    def call(self, model: str, method: str, *args, **kwargs):
        """Call a method of a model as the web client does.

        :raises StepFailed: with Odoo's own words
        """
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def get(self, path: str) -> bytes:
        """Download what a link of the web client leads to."""
        response = self.session.get(urljoin(self.url, path), timeout=TIMEOUT_SECONDS)
        response.raise_for_status()
        return response.content

    def _post(self, path: str, params: dict):
        response = self.session.post(
            urljoin(self.url, path),
            json={"jsonrpc": "2.0", "method": "call", "params": params},
            timeout=TIMEOUT_SECONDS,
        )
        response.raise_for_status()
        answer = response.json()
        if "error" in answer:
            raise StepFailed(answer["error"]["data"]["message"])
        return answer.get("result")


# --- connect ------------------------------------------------------------------


def connect(odoo: Odoo, api_url: str) -> str:
    """Enrol two certificates and give them to the wizard, step by step."""
    company = odoo.call("res.company", "search_read", [], ["name", "l10n_pl_ksef_nip"])[
        0
    ]
    pairs = enroll(api_url, company["l10n_pl_ksef_nip"], company["name"])
    model = "l10n_pl_ksef.connect"
    values = {"company_id": company["id"], "environment": "custom"}
    wizard = odoo.call(model, "create", [values])
    odoo.call(model, "action_next", wizard)
    for pair in (pairs["Authentication"], pairs["Offline"]):
        certificate = {"certificate_file": _base64(pair.certificate)}
        odoo.call(model, "write", wizard, certificate)
        odoo.call(model, "action_next", wizard)
        key = {"key_file": _base64(pair.key), "password": pair.password}
        odoo.call(model, "write", wizard, key)
        odoo.call(model, "action_next", wizard)
    lamp = odoo.call(
        "res.company",
        "read",
        [company["id"]],
        ["l10n_pl_ksef_state", "l10n_pl_ksef_status"],
    )[0]
    if lamp["l10n_pl_ksef_state"] != "connected":
        raise StepFailed(f"the company is {lamp}")
    return f"{company['name']}, NIP {company['l10n_pl_ksef_nip']}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# --- the main job -------------------------------------------------------------


def post(odoo: Odoo) -> dict:
    """Post the draft invoice of the demo data, dated today."""
    draft = [("state", "=", "draft"), ("move_type", "=", "out_invoice")]
    invoice = odoo.call("account.move", "search", draft, limit=1)
    odoo.call("account.move", "action_post", invoice)
    return _read(odoo, invoice[0])


def send(odoo: Odoo, invoice: dict) -> dict:
    """Press *Send* in the dialog and wait until Odoo's cron brought the answer."""
    model = "account.move.send.wizard"
    context = {"active_model": "account.move", "active_ids": [invoice["id"]]}
    wizard = odoo.call(model, "create", [{"move_id": invoice["id"]}], context=context)
    chosen = odoo.call(model, "read", wizard, ["extra_edi_checkboxes"])[0]
    if not chosen["extra_edi_checkboxes"].get("l10n_pl_ksef", {}).get("checked"):
        raise StepFailed(f"KSeF is not chosen in the dialog: {chosen}")
    odoo.call(model, "write", wizard, {"sending_method_checkboxes": {}})
    odoo.call(model, "action_send_and_print", wizard)
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        invoice = _read(odoo, invoice["id"])
        if invoice["l10n_pl_ksef_number"] and invoice["l10n_pl_ksef_has_upo"]:
            return invoice
        if (
            invoice["l10n_pl_ksef_state"] == "rejected"
            or invoice["l10n_pl_ksef_problem"]
        ):
            break
        time.sleep(0.5)
    raise StepFailed(f"no number or no UPO: {invoice}")


def _read(odoo: Odoo, invoice_id: int) -> dict:
    return odoo.call("account.move", "read", [invoice_id], INVOICE_FIELDS)[0]


def read_upo(odoo: Odoo, invoice: dict) -> str:
    """Download the UPO with the button of the invoice and look the number up in it."""
    action = odoo.call(
        "account.move", "action_l10n_pl_ksef_download_upo", [invoice["id"]]
    )
    upo = etree.fromstring(odoo.get(action["url"]))
    numbers = upo.xpath("//*[local-name() = 'NumerKSeFDokumentu']/text()")
    if invoice["l10n_pl_ksef_number"] not in numbers:
        raise StepFailed(f"the UPO is about {numbers}")
    return etree.QName(upo).localname


def read_pdf(odoo: Odoo, invoice: dict) -> str:
    """Print the invoice, read the QR code on the page and follow it.

    :return: the link in the code
    """
    report = f"account.report_invoice_with_payments/{invoice['id']}"
    number = invoice["l10n_pl_ksef_number"]
    # wkhtmltopdf may draw letters as curves: the text is looked up on the same page.
    if number not in odoo.get(f"/report/html/{report}").decode():
        raise StepFailed(f"{number} is not printed on the invoice")
    pdf = odoo.get(f"/report/pdf/{report}")
    links = [each.text for each in _codes(pdf)]
    link = next((each for each in links if "/invoice/" in each), None)
    if not link:
        raise StepFailed(f"no verification code on the PDF, only {links}")
    page = requests.get(link, timeout=TIMEOUT_SECONDS)
    if not page.ok or number not in page.text:
        raise StepFailed(f"KSeF's page does not know the invoice: {link}")
    return link


def _codes(pdf: bytes) -> list:
    picture = _run(
        "pdftoppm", "-png", "-singlefile", "-r", str(DOTS_PER_INCH), given=pdf
    )
    return zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))


def _run(*command: str, given: bytes) -> bytes:
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def once(odoo: Odoo, api_url: str) -> None:
    """Do the main job and print a line for each step."""
    print("connected   ", connect(odoo, api_url))
    invoice = post(odoo)
    print("posted      ", invoice["name"])
    start = time.monotonic()
    invoice = send(odoo, invoice)
    print(f"sent         answer and UPO after {time.monotonic() - start:.1f} s")
    print("KSeF number ", invoice["l10n_pl_ksef_number"])
    print("UPO         ", read_upo(odoo, invoice))
    print("QR on PDF   ", read_pdf(odoo, invoice))


def main(job: str, url: str, database: str, api_url: str) -> int:
    """Do the job.

    :return: 0, or 1 after saying what failed
    """
    try:
        odoo = Odoo(url, database)
        if job == "once":
            once(odoo, api_url)
        else:
            connect(odoo, api_url)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is said in one line
        print(f"failed: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
