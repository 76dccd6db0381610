"""Asks the ministry's status service ("Latarnia") whether KSeF works.

It informs; it must never keep anybody from sending. So :meth:`Latarnia.state` does not
fail: what cannot be learned is unknown. It needs neither login nor certificate.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .calls import utcnow
from .environment import Environment
from .errors import KsefError, KsefUnavailable
from .exchange import Request
from .messages_latarnia import (
    ServiceMessage,
    ServiceState,
    ServiceStatus,
    readable_messages,
)
from .transport import Transport
from .wire import Fields

#: Somebody may be waiting for the answer, and it is not worth a long wait.
TIMEOUT_SECONDS = 10
#: The service of TEST shows a made-up total failure all the time.
_MADE_UP = "test"


class Latarnia:
    """The status service of one environment; needs no login.

    :param transport: default: a new one, that waits ten seconds and tries once
    :param clock: returns aware UTC now
    """

    def __init__(
        self,
        environment: Environment,
        *,
        transport: Transport | None = None,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._environment = environment
        self._transport = transport or Transport(
            environment, timeout_seconds=TIMEOUT_SECONDS, max_attempts=1
        )
        self._clock = clock

    @property
    def is_binding(self) -> bool:
        """Whether there is a service, and one that tells the truth."""
        environment = self._environment
        return environment.latarnia_url is not None and environment.code != _MADE_UP

    def state(self) -> ServiceStatus:
        """Return the state of KSeF; ``UNKNOWN`` with the reason instead of an error."""
        try:
            fields = Fields(self._get("/status"), "ServiceStatus")
            state = ServiceState.of(fields.text("status"))
            messages = readable_messages(fields.list_or_empty("messages"))
        except KsefError as error:
            return self._status(ServiceState.UNKNOWN, problem=error.message)
        return self._status(state, messages=messages)

    def messages(self) -> tuple[ServiceMessage, ...]:
        """Return what was published lately, for ``messages_latarnia.outages_of``.

        :raises KsefError: the service does not answer, or there is none
        """
        return readable_messages(self._get("/messages"))

    def _get(self, path: str) -> Any:
        base = self._environment.latarnia_url
        if base is None:
            message = "This environment has no status service."
            raise KsefUnavailable(message, code="no_latarnia", retryable=False)
        return self._transport.send(Request("GET", base + path)).json()

    def _status(self, state: ServiceState, **facts: Any) -> ServiceStatus:
        return ServiceStatus(state, self._clock(), self.is_binding, **facts)
