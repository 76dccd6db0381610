from . import account_journal
from . import account_move_policy
from . import res_company_policy
from . import res_partner_policy
from . import res_company_relief
from . import res_company_relief_warning
from . import l10n_pl_ksef_invoice_choices
from . import res_config_settings_policy
