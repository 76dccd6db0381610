"""A stub of the register of VAT taxpayers ("white list"): its own small application.

``python -m simulator.white_list`` starts it. It has the public API's shape (``check``
by NIP and account, ``search`` by NIP), the daily limit with its error WL-191, and the
day's flat file with hashes and masks, unpacked. What it knows comes by control calls
or, in a test, from :class:`Register`. Shares no code with ``ksef/``.

* ``GET /api/check/nip/{nip}/bank-account/{account}?date=YYYY-MM-DD``
* ``GET /api/search/nip/{nip}?date=YYYY-MM-DD``
* ``GET /flat/{YYYYMMDD}.json``
* ``POST /_sim/register`` with ``{"nip", "accounts": [...], "is_exempt"}``,
  ``POST /_sim/settings`` with ``{"limit", "failing"}``, ``POST /_sim/reset``

Source: API Wykazu podatników VAT 1.6 and the ministry's description of the flat file.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha512
from threading import Thread
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

from .cli import on_signal
from .clock import WARSAW

ROUNDS = 5000
_CHECK = re.compile(r"/api/check/nip/([^/]+)/bank-account/([^/]+)")
_SEARCH = re.compile(r"/api/search/nip/([^/]+)")
_FLAT = re.compile(r"/flat/(\d{8})\.json")
_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
Answer = tuple[int, dict[str, Any]]


class Refused(Exception):
    """The register's own error: HTTP status, code, text."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer: Answer = (status, {"code": code, "message": message})


@dataclass
class Register:
    """What the register knows, and what it was asked.

    :ivar accounts: NIP to accounts; ``exempt``: which of them are exempt from VAT
    :ivar masks: virtual accounts, e.g. ``XX10100055YYYXXXXXXXXXXXXX``
    :ivar virtual: NIP to accounts as a mask writes them
    :ivar limit: questions a day; ``failing``: answer 503
    :ivar asked: the pairs that were asked for, in order
    """

    accounts: dict[str, set[str]] = field(default_factory=dict)
    exempt: set[str] = field(default_factory=set)
    masks: list[str] = field(default_factory=list)
    virtual: dict[str, set[str]] = field(default_factory=dict)
    limit: int = 5000
    failing: bool = False
    rounds: int = ROUNDS
    asked: list[tuple[str, str]] = field(default_factory=list)

    def reset(self) -> None:
        """Forget everything."""
        self.__dict__.update(Register().__dict__)

    def has(self, nip: str, account: str) -> bool:
        """Tell whether an account is a taxpayer's, virtual ones included."""
        if account in self.accounts.get(nip, ()):
            return True
        written = {_written(account, mask) for mask in self.masks}
        return bool(written & self.virtual.get(nip, set()))

    def flat_file(self, day: date) -> dict[str, Any]:
        """Return the flat file of a day."""
        active: list[str] = []
        exempt: list[str] = []
        for store in (self.accounts, self.virtual):
            for nip, accounts in store.items():
                target = exempt if nip in self.exempt else active
                target += [self._hash(day, nip, account) for account in accounts]
        return {
            "naglowek": {
                "dataGenerowaniaDanych": f"{day:%Y%m%d}",
                "liczbaTransformacji": str(self.rounds),
                "schemat": "RRRRMMDDNNNNNNNNNNBBBBBBBBBBBBBBBBBBBBBBBBBB",
            },
            "skrotyPodatnikowCzynnych": sorted(active),
            "skrotyPodatnikowZwolnionych": sorted(exempt),
            "maski": self.masks,
        }

    def _hash(self, day: date, nip: str, account: str) -> str:
        text = f"{day:%Y%m%d}{nip}{account}"
        for _round in range(self.rounds):
            text = sha512(text.encode("ascii")).hexdigest()
        return text


def _written(account: str, mask: str) -> str | None:
    """Write an account as a mask does; ``None`` where its fixed digits differ."""
    result = ""
    for sign, digit in zip(mask, account, strict=True):
        if sign.isdigit() and sign != digit:
            return None
        result += digit if sign == "Y" else sign
    return result


class WhiteList:
    """The WSGI application."""

    def __init__(self, register: Register | None = None) -> None:
        self.register = register or Register()
        self.today: Callable[[], date] = lambda: datetime.now(WARSAW).date()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer one request."""
        request = Request(environ)
        try:
            status, body = self._answer(request)
        except Refused as refused:
            status, body = refused.answer
        text = json.dumps(body, ensure_ascii=False)
        response = Response(text, status, mimetype="application/json")
        return response(environ, start_response)

    def _answer(self, request: Request) -> Answer:
        path = request.path
        if path.startswith("/_sim/"):
            return self._control(path.removeprefix("/_sim/"), request)
        if self.register.failing:
            raise Refused(503, "WL-196", "Trwa aktualizacja bazy danych.")
        if match := _FLAT.fullmatch(path):
            return 200, self.register.flat_file(_day(match[1], "%Y%m%d"))
        if match := _CHECK.fullmatch(path):
            return self._check(match[1], match[2], request.args.get("date", ""))
        if match := _SEARCH.fullmatch(path):
            return self._search(match[1], request.args.get("date", ""))
        raise Refused(404, "WL-190", "Niepoprawne żądanie.")

    def _check(self, nip: str, account: str, day: str) -> Answer:
        self._admit(nip, account, day)
        is_assigned = self.register.has(nip, account)
        return 200, self._result(accountAssigned="TAK" if is_assigned else "NIE")

    def _search(self, nip: str, day: str) -> Answer:
        self._admit(nip, None, day)
        accounts = self.register.accounts.get(nip)
        if accounts is None:
            return 200, self._result(subject=None)
        status = "Zwolniony" if nip in self.register.exempt else "Czynny"
        subject = {
            "nip": nip,
            "statusVat": status,
            "accountNumbers": sorted(accounts),
            "hasVirtualAccounts": nip in self.register.virtual,
        }
        return 200, self._result(subject=subject)

    def _admit(self, nip: str, account: str | None, day: str) -> None:
        """Count a question, and check what it asks."""
        register = self.register
        if len(register.asked) >= register.limit:
            raise Refused(429, "WL-191", "Przekroczono dzienny limit zapytań.")
        register.asked.append((nip, account or ""))
        _check_nip(nip)
        if account is not None:
            _check_account(account)
        if not day:
            raise Refused(400, "WL-101", "Pole 'data' nie może być puste.")
        if _day(day, "%Y-%m-%d") > self.today():
            raise Refused(400, "WL-103", "Data nie może być z przyszłości.")

    def _result(self, **values: Any) -> dict[str, Any]:
        now = datetime.now(WARSAW)
        number = len(self.register.asked)
        return {
            "result": {
                **values,
                "requestId": f"stub-{number:06d}",
                "requestDateTime": f"{now:%d-%m-%Y %H:%M:%S}",
            }
        }

    def _control(self, name: str, request: Request) -> Answer:
        given = json.loads(request.get_data() or b"{}")
        register = self.register
        if name == "reset":
            register.reset()
        elif name == "settings":
            register.limit = int(given.get("limit", register.limit))
            register.failing = bool(given.get("failing", register.failing))
        elif name == "register":
            register.accounts.setdefault(given["nip"], set()).update(given["accounts"])
            if given.get("is_exempt"):
                register.exempt.add(given["nip"])
        else:
            raise Refused(404, "WL-190", "Niepoprawne żądanie.")
        return 200, {"asked": len(register.asked)}


def _check_nip(nip: str) -> None:
    if len(nip) != 10:
        raise Refused(400, "WL-113", "Pole 'NIP' ma nieprawidłową długość.")
    if not nip.isdigit():
        raise Refused(400, "WL-114", "Pole 'NIP' zawiera niedozwolone znaki.")
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, nip, strict=False))
    if total % 11 != int(nip[9]):
        raise Refused(400, "WL-115", "Nieprawidłowy NIP.")


def _check_account(account: str) -> None:
    if len(account) != 26:
        raise Refused(400, "WL-109", "Pole 'numer konta' ma nieprawidłową długość.")
    if not account.isdigit():
        raise Refused(400, "WL-110", "Pole 'numer konta' zawiera niedozwolone znaki.")
    if int(account[2:] + "2521" + account[:2]) % 97 != 1:
        raise Refused(400, "WL-111", "Nieprawidłowy numer konta bankowego.")


def _day(text: str, form: str) -> date:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        raise Refused(400, "WL-102", "Pole 'data' ma nieprawidłowy format.") from None


class _Quiet(WSGIRequestHandler):
    """Writes no access log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write nothing."""


@dataclass
class RunningWhiteList:
    """A stub that listens."""

    url: str
    register: Register

    @property
    def flat_url(self) -> str:
        """Address of the flat file, with the place of the day."""
        return f"{self.url}/flat/{{day}}.json"


@contextmanager
def running(*, host: str = "127.0.0.1", port: int = 0) -> Iterator[RunningWhiteList]:
    """Run a stub while the block runs.

    :param port: 0 takes a free one
    """
    application = WhiteList()
    server = make_server(host, port, application, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield RunningWhiteList(
            f"http://{host}:{server.server_port}", application.register
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> int:
    """Run until interrupted."""
    parser = argparse.ArgumentParser(prog="simulator.white_list", description=__doc__)
    parser.add_argument("--port", type=int, default=8766)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    options = parser.parse_args()
    stop = on_signal()
    with running(host=options.host, port=options.port) as stub:
        sys.stdout.write(f"The register of VAT taxpayers listens on {stub.url}\n")
        sys.stdout.write(f"Flat file of a day: {stub.flat_url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
