from . import controllers
from . import models
from . import wizards


def post_init_hook(env):
    """Give the rights in KSeF to those who work with invoices already."""
    env["res.users"]._l10n_pl_ksef_give_rights()
