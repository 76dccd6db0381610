"""The KSeF environments: official ones and a custom address (the simulator).

Source: KSeF documentation, list of environments; ``api_url`` has the ``/v2`` prefix.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from .errors import KsefError


@dataclass(frozen=True)
class Environment:
    """Where to talk to and where the QR codes lead.

    :ivar code: ``test | demo | prd | custom``
    :ivar api_url: base address with ``/v2``, without a trailing slash
    :ivar qr_url: base address of the verification pages, without a trailing slash
    :ivar latarnia_url: status service, when the environment has one
    """

    code: str
    api_url: str
    qr_url: str
    latarnia_url: str | None = None

    @classmethod
    def custom(
        cls,
        api_url: str,
        qr_url: str | None = None,
        latarnia_url: str | None = None,
    ) -> Environment:
        """Describe an environment of its own, e.g. a simulator.

        :param api_url: base address with its ``/v2``
        :param qr_url: by default scheme, host and port of ``api_url``
        :param latarnia_url: base address of a status service, when it has one
        :raises KsefError: ``bad_url`` when an address is not http(s)
        """
        parts = _checked(api_url)
        base = f"{parts.scheme}://{parts.netloc}"
        qr = base if qr_url is None else qr_url
        _checked(qr)
        if latarnia_url is not None:
            _checked(latarnia_url)
            latarnia_url = latarnia_url.rstrip("/")
        return cls("custom", api_url.rstrip("/"), qr.rstrip("/"), latarnia_url)

    @staticmethod
    def for_code(code: str) -> Environment:
        """Return the official environment ``test``, ``demo`` or ``prd``.

        :raises KsefError: ``unknown_environment`` for anything else
        """
        try:
            return _OFFICIAL[code]
        except KeyError:
            message = f"There is no official KSeF environment {code!r}."
            raise KsefError(message, code="unknown_environment") from None


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise KsefError("The address must begin with http(s)://", code="bad_url")
    return parts


def _official(code: str, suffix: str, latarnia: str | None) -> Environment:
    return Environment(
        code=code,
        api_url=f"https://api{suffix}.ksef.mf.gov.pl/v2",
        qr_url=f"https://qr{suffix}.ksef.mf.gov.pl",
        latarnia_url=latarnia,
    )


TEST = _official("test", "-test", "https://api-latarnia-test.ksef.mf.gov.pl")
DEMO = _official("demo", "-demo", None)
PRD = _official("prd", "", "https://api-latarnia.ksef.mf.gov.pl")

_OFFICIAL = {each.code: each for each in (TEST, DEMO, PRD)}
