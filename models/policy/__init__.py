from . import account_journal
from . import account_move_policy
from . import res_company_policy
from . import res_partner_policy
from . import res_company_relief
from . import res_company_relief_warning
