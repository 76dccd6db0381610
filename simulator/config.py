"""Settings of one simulator; everything that a caller may choose.

The defaults play TEST with the limits of PRD. What loosens a rule is a switch with a
name here, never a silent default.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

SCHEMAS_VARIABLE = "KSEF_SIMULATOR_SCHEMAS"
RATE_LIMIT_PROFILES = ("prd", "off")
ENVIRONMENTS = ("TEST", "DEMO", "PRD")


@dataclass
class Config:
    """What one simulator plays.

    :ivar environment: TEST, DEMO or PRD; TEST alone takes self-signed certificates
    :ivar public_host: host name in the storage addresses that are given out; ``None``
        keeps the host of the request (some clients refuse loopback addresses there)
    :ivar rate_limits: ``prd`` or ``off`` (ksef-api.md §12.2)
    :ivar schemas: folder with the official XSD files, searched through
    :ivar processing_seconds: how long an invoice, a login or a closed session is worked
        on; 0 means done at the next request
    :ivar storage_seconds: from the KSeF number to permanent storage (ksef-api.md §7.4)
    :ivar hwm_lag_seconds: how far the high-water mark stays behind the clock
    :ivar nip_checksum: refuse NIP numbers with a wrong check digit; PRD does, TEST does
        not (ksef-api.md §11)
    :ivar characters_refused: refuse discouraged characters; ``False`` gives the warning
        ``xml-002`` only, as PRD did until July 2026 (ksef-api.md §11)
    """

    environment: str = "TEST"
    public_host: str | None = None
    rate_limits: str = "prd"
    schemas: Path | None = field(default_factory=lambda: default_schemas())
    processing_seconds: float = 0.2
    storage_seconds: float = 0.2
    hwm_lag_seconds: float = 0.0
    nip_checksum: bool | None = None
    characters_refused: bool = True

    @property
    def checks_nip(self) -> bool:
        """Tell whether NIP check digits count here."""
        if self.nip_checksum is None:
            return self.environment == "PRD"
        return self.nip_checksum

    @property
    def accepts_self_signed(self) -> bool:
        """Tell whether certificates made by anyone may log in (ksef-api.md §1.1)."""
        return self.environment == "TEST"


def default_schemas() -> Path | None:
    """Find the XSD folder: the variable, then ``shared/ksef/xsd`` beside us."""
    named = os.environ.get(SCHEMAS_VARIABLE)
    if named:
        return Path(named)
    beside = Path(__file__).resolve().parents[2] / "shared" / "ksef" / "xsd"
    return beside if beside.is_dir() else None
