"""An Odoo environment for a script: ``with odoo_env.open("database") as env: ...``.

The configuration is read from ``ODOO_RC``, which ``lib.sh`` sets.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import odoo.api
import odoo.modules.registry
import odoo.tools


@contextmanager
def open(database: str, *, user_id: int = odoo.api.SUPERUSER_ID) -> Iterator:
    """Yield an environment; its work is committed when the block ends well."""
    odoo.tools.config.parse_config(
        ["-d", database, "--log-level=warn"], setup_logging=True
    )
    registry = odoo.modules.registry.Registry(database)
    with registry.cursor() as cr:
        yield odoo.api.Environment(cr, user_id, {})
