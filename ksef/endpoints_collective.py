"""Endpoints of collective identifiers (API 2.7 and later)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from . import routes
from .calls import Calls, continuation
from .messages_collective import CollectiveInvoicePage, CollectiveItem, CollectivePage
from .wire import Fields

#: Greatest pages: of identifiers, and of the invoices of identifiers.
IDENTIFIER_PAGE_SIZE = 200
INVOICE_PAGE_SIZE = 500


class CollectiveEndpoints(Calls):
    """One number for the payment of several invoices of one seller."""

    def create_collective_identifier(self, items: Iterable[CollectiveItem]) -> str:
        """Make an identifier of two invoices or more (500 by default).

        :return: the identifier, 35 characters
        :raises KsefRequestRejected: 71001 unknown invoice, 71002 in too many
            identifiers, 71004 of another seller, 71005 named twice
        """
        body = {"invoices": [item.to_json() for item in items]}
        answer = self._call(routes.CREATE_COLLECTIVE, json=body)
        fields = Fields(answer.json(), "CreatedCollective")
        return fields.text("collectiveIdentifierNumber")

    def collective_identifiers(
        self,
        created_from: datetime,
        created_to: datetime,
        continuation_token: str | None = None,
        page_size: int = IDENTIFIER_PAGE_SIZE,
    ) -> CollectivePage:
        """Return one page of the identifiers of the context, newest first.

        :param created_from: aware; 100 days before ``created_to`` at most
        :param page_size: 10 to 200
        """
        body: dict[str, Any] = {
            "dateCreatedFrom": created_from.isoformat(),
            "dateCreatedTo": created_to.isoformat(),
        }
        answer = self._call(
            routes.QUERY_COLLECTIVE,
            json=body,
            query={"pageSize": str(page_size)},
            headers=continuation(continuation_token),
        )
        return CollectivePage.from_json(answer.json())

    def collective_invoices(
        self,
        numbers: Iterable[str],
        continuation_token: str | None = None,
        page_size: int = INVOICE_PAGE_SIZE,
    ) -> CollectiveInvoicePage:
        """Return one page of the invoices behind up to ten identifiers.

        :param page_size: 10 to 500
        """
        answer = self._call(
            routes.COLLECTIVE_INVOICES,
            json={"collectiveIdentifierNumbers": list(numbers)},
            query={"pageSize": str(page_size)},
            headers=continuation(continuation_token),
        )
        return CollectiveInvoicePage.from_json(answer.json())

    def collective_identifiers_of(
        self,
        ksef_number: str,
        continuation_token: str | None = None,
        page_size: int = IDENTIFIER_PAGE_SIZE,
    ) -> CollectivePage:
        """Return one page of the identifiers that an invoice is part of.

        :param page_size: 10 to 200
        """
        answer = self._call(
            routes.COLLECTIVE_OF_INVOICE,
            query={"pageSize": str(page_size)},
            headers=continuation(continuation_token),
            ksefNumber=ksef_number,
        )
        return CollectivePage.from_json(answer.json())
