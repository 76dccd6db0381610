"""The register of VAT taxpayers ("white list"): is a bank account a taxpayer's own?

Two public sources behind one small interface, :class:`Source`: the API, which answers
one pair at a time with a number that proves the question, and the flat file of a day
(``white_list_file``). Whoever wants another source gives an object with ``check``.
Source: art. 96b of the VAT Act; API Wykazu podatników VAT 1.6 (method "check").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from .environment import Environment
from .errors import KsefProtocolError
from .transport import Request, Transport
from .wire import Fields

OFFICIAL_URL = "https://wl-api.mf.gov.pl"
#: Questions of the method "check" that one address may ask in a day of Warsaw.
DAILY_QUESTIONS = 5000
TIMEOUT_SECONDS = 15
_ASSIGNED = {"TAK": True, "NIE": False}


@dataclass(frozen=True)
class Question:
    """Is ``account`` an account of the taxpayer ``nip`` on ``day``?

    :ivar account: 26 digits, without ``PL``
    """

    nip: str
    account: str
    day: date


@dataclass(frozen=True)
class Listing:
    """The register's answer.

    :ivar request_id: proves that the question was asked; empty from the flat file
    :ivar asked_at: as the source writes it; empty from the flat file
    """

    question: Question
    is_listed: bool
    request_id: str = ""
    asked_at: str = ""


class Source(Protocol):
    """Where the register is asked.

    :ivar at_once: how many questions it should be given in one call
    """

    at_once: int

    def check(self, questions: Iterable[Question]) -> Iterator[Listing]:
        """Answer questions one by one; what was answered before an error holds.

        :raises KsefRateLimited: no more today
        :raises KsefError: the source does not answer, or not in a known form
        """
        ...


def is_account(text: str) -> bool:
    """Tell whether a text is a Polish account number with right check digits."""
    if len(text) != 26 or not (text.isascii() and text.isdigit()):
        return False
    return int(f"{text[2:]}2521{text[:2]}") % 97 == 1


class WhiteListApi:
    """The public API; needs no login.

    :param url: base address without ``/api``
    """

    at_once = 1

    def __init__(
        self, url: str = OFFICIAL_URL, *, transport: Transport | None = None
    ) -> None:
        environment = Environment.custom(url)
        self._transport = transport or Transport(
            environment, timeout_seconds=TIMEOUT_SECONDS, max_attempts=2
        )

    def check(self, questions: Iterable[Question]) -> Iterator[Listing]:
        """Ask pair by pair; see :class:`Source`."""
        for question in questions:
            yield self._ask(question)

    def _ask(self, question: Question) -> Listing:
        path = f"/api/check/nip/{question.nip}/bank-account/{question.account}"
        query = {"date": question.day.isoformat()}
        answer = self._transport.send(Request("GET", path, query=query))
        result = Fields(
            Fields(answer.json(), "EntityCheckResponse").mapping("result"), "result"
        )
        assigned = result.text("accountAssigned")
        if assigned not in _ASSIGNED:
            raise KsefProtocolError(
                "accountAssigned is neither TAK nor NIE.", code="bad_answer"
            )
        return Listing(
            question,
            _ASSIGNED[assigned],
            result.text("requestId"),
            result.text_or_none("requestDateTime") or "",
        )


def parse_asked_at(text: str) -> datetime | None:
    """Read the register's time of a question (day-month-year, Warsaw), or ``None``."""
    for form in ("%d-%m-%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
