from . import l10n_pl_ksef_connect
from . import l10n_pl_ksef_connect_pair
from . import l10n_pl_ksef_disconnect
