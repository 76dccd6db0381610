"""The base of all Odoo tests: a Polish company, its people, and a KSeF on loopback."""

import atexit
import os
from contextlib import ExitStack
from functools import cache
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..models.common.vault import ENVIRONMENT_VARIABLE, seal
from ..simulator import Config, running
from . import certificates

NIP = "5265877635"
OTHER_NIP = "5260001246"
BUYER_NIP = "8567346215"
PESEL = "44051401359"


@cache
def the_simulator():
    """Return the simulator of this process: TEST, no limits, no waiting."""
    stack = ExitStack()
    atexit.register(stack.close)
    config = Config(rate_limits="off", processing_seconds=0.0, storage_seconds=0.0)
    return stack.enter_context(running(config))


class KsefCommon(AccountTestInvoicingCommon):
    """A company that is not connected yet; ``connect`` does it without the wizard.

    ``self.env`` is the accountant's, who is no system administrator.

    :cvar connects: connect the company before each test
    """

    connects = False

    @classmethod
    @AccountTestInvoicingCommon.setup_country("pl")
    def setUpClass(cls):
        super().setUpClass()
        key = Fernet.generate_key().decode()
        cls.enterClassContext(patch.dict(os.environ, {ENVIRONMENT_VARIABLE: key}))
        cls.simulator = the_simulator()
        cls.system = cls.env
        cls.company = cls.env.company
        cls.company.write(cls.address(NIP, name="Firma Testowa sp. z o.o."))
        cls.system["ir.config_parameter"].sudo().set_param(
            "l10n_pl_ksef.custom_url", cls.simulator.api_url
        )
        cls.accountant = cls.make_user("ksef_accountant", "account.group_account_user")
        cls.administrator = cls.make_user("ksef_admin", "account.group_account_manager")
        cls.make_partners()
        cls.env = cls.env(user=cls.accountant)
        cls.company = cls.company.with_env(cls.env)

    def setUp(self):
        super().setUp()
        self.simulator.reset()
        self.simulator.config.rate_limits = "off"
        if self.connects:
            self.connect()

    # ------------------------------------------------------------------
    # people and companies
    # ------------------------------------------------------------------
    @staticmethod
    def address(nip, **values):
        """Return the values of a Polish company or partner."""
        return {
            "vat": f"PL{nip}",
            "street": "ul. Długa 1",
            "zip": "00-001",
            "city": "Warszawa",
            **values,
        }

    @classmethod
    def make_user(cls, login, *groups):
        """Make a user of the company, without ``base.group_system``."""
        return new_test_user(
            cls.system,
            login,
            groups=",".join(["base.group_user", *groups]),
            company_id=cls.company.id,
        )

    @classmethod
    def make_partners(cls):
        """Make a buyer of every kind."""
        create = cls.system["res.partner"].create
        poland = cls.system.ref("base.pl").id
        cls.partner_company = create(
            cls.address(
                BUYER_NIP, name="Nabywca S.A.", is_company=True, country_id=poland
            )
        )
        cls.partner_consumer = create(
            {
                "name": "Jan Kowalski",
                "street": "ul. Krótka 2",
                "zip": "30-001",
                "city": "Kraków",
                "country_id": poland,
            }
        )
        cls.partner_eu = create(
            {
                "name": "Käufer GmbH",
                "is_company": True,
                "vat": "DE136695976",
                "street": "Hauptstraße 3",
                "zip": "10115",
                "city": "Berlin",
                "country_id": cls.system.ref("base.de").id,
            }
        )
        cls.partner_outside = create(
            {
                "name": "Buyer Inc.",
                "is_company": True,
                "street": "Main Street 4",
                "zip": "10001",
                "city": "New York",
                "country_id": cls.system.ref("base.us").id,
            }
        )

    @classmethod
    def other_company(cls, nip=OTHER_NIP, **values):
        """Make a second Polish company that both users may work in."""
        cls.env, accountants = cls.system, cls.env
        try:
            company = cls.setup_other_company(
                **cls.address(nip, name="Druga Firma sp. z o.o.", **values)
            )["company"]
        finally:
            cls.env = accountants
        for user in (cls.accountant, cls.administrator):
            user.sudo().company_ids |= company
        return company.with_env(cls.env)

    # ------------------------------------------------------------------
    # KSeF
    # ------------------------------------------------------------------
    @classmethod
    def enrolled(cls, usage, nip=NIP, **options):
        """Return a company's pair that the simulator has issued."""
        subject = certificates.seal_subject(nip)
        return certificates.enroll(cls.simulator, usage, subject, **options)

    @classmethod
    def connect(cls, company=None, environment="custom"):
        """Connect ``company`` with the simulator: certificates, no login yet."""
        company = (company or cls.company).sudo()
        nip = company.l10n_pl_ksef_nip
        rows = {}
        for field, usage in (
            ("l10n_pl_ksef_auth_certificate_id", certificates.AUTHENTICATION),
            ("l10n_pl_ksef_offline_certificate_id", certificates.OFFLINE),
        ):
            rows[field] = cls.stored(company, usage, cls.enrolled(usage, nip)).id
        company.write(
            {
                **rows,
                "l10n_pl_ksef_environment": environment,
                "l10n_pl_ksef_connected_at": "2026-01-01 12:00:00",
            }
        )

    @classmethod
    def stored(cls, company, usage, pair):
        """Store ``pair`` as the company's, sealed."""
        model = company.env["l10n_pl_ksef.certificate"].sudo()
        row = model.new({"certificate": certificates.b64(pair.der)})
        return model.create(
            {
                **model._facts(row._read_certificate()),
                "usage": usage.lower(),
                "company_id": company.id,
                "sealed_key": seal(company.env, pair.key_der),
            }
        )

    def run_cron(self, name):
        """Run a cron of this add-on as the scheduler would."""
        cron = self.env.ref(f"l10n_pl_ksef.{name}").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

    def posted_invoice(self):
        """Return a confirmed invoice for a company, not handed over to KSeF."""
        return self.init_invoice(
            "out_invoice",
            self.partner_company,
            amounts=[100],
            taxes=self.company_data["default_tax_sale"],
            post=True,
        )

    def requests(self, method="", path=""):
        """Return what KSeF was asked: the entries of the simulator's log."""
        return self.simulator.log.entries(method, path)
