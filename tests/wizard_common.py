"""Walking through the wizard as a person does, for the tests of it."""

from contextlib import contextmanager
from unittest.mock import patch

from ..ksef.environment import Environment
from ..models.connection.l10n_pl_ksef_gateway import Gateway
from ..simulator.state import Grant, Identifier
from . import certificates
from .certificates import AUTHENTICATION, OFFLINE, b64
from .common import NIP, PESEL, KsefCommon


def granted(simulator, pesel, *permissions, nip=NIP):
    """Give a person rights in a company's context."""
    for permission in permissions:
        identity = f"{pesel}-{permission}"
        simulator.state.grants[identity] = Grant(
            id=identity,
            context=Identifier("Nip", nip),
            authorized=Identifier("Pesel", pesel),
            permission=permission,
            description="test",
            start_at=simulator.clock.now(),
        )


class WizardCommon(KsefCommon):
    """``self.authentication`` and ``self.offline`` are the company's pairs."""

    def setUp(self):
        super().setUp()
        self.authentication = self.enrolled(AUTHENTICATION)
        self.offline = self.enrolled(OFFLINE)

    def subject(self, nip=NIP):
        return certificates.seal_subject(nip)

    def person(self, pesel=PESEL):
        """Return the enrolled authentication pair of a person."""
        subject = certificates.person_subject(pesel)
        return certificates.enroll(self.simulator, AUTHENTICATION, subject)

    def grant(self, pesel, *permissions, nip=NIP):
        granted(self.simulator, pesel, *permissions, nip=nip)

    def start(self, company=None, environment="custom"):
        """Open the wizard as the accounting administrator."""
        return (
            self.env["l10n_pl_ksef.connect"]
            .with_user(self.administrator)
            .create(
                {
                    "company_id": (company or self.company).id,
                    "environment": environment,
                }
            )
        )

    def give_certificate(self, wizard, pair):
        wizard.write({"certificate_file": b64(pair.certificate)})

    def give_key(self, wizard, pair, password=None):
        wizard.write({"key_file": b64(pair.key), "password": password or pair.password})

    def give_all(self, wizard, authentication=None, offline=None):
        """Go through all steps to the end."""
        wizard.action_next()
        for pair in (authentication or self.authentication, offline or self.offline):
            self.give_certificate(wizard, pair)
            wizard.action_next()
            self.give_key(wizard, pair)
            wizard.action_next()

    def at(self, step, environment="custom"):
        """Return a wizard that was filled in up to ``step``."""
        wizard = self.start(environment=environment)
        pairs = {"authentication": self.authentication, "offline": self.offline}
        while wizard.step != step:
            usage, _, part = wizard.step.partition("_")
            if part == "certificate":
                self.give_certificate(wizard, pairs[usage])
            elif part == "key":
                self.give_key(wizard, pairs[usage])
            wizard.action_next()
        return wizard

    def assertNotConnected(self):
        self.assertEqual(self.company.l10n_pl_ksef_state, "not_connected")

    def assertNoPendingKeys(self):
        pending = self.env["l10n_pl_ksef.connect.pair"].sudo().search([])
        self.assertFalse(pending)

    @contextmanager
    def production_on_loopback(self):
        """Let "Production" mean the simulator."""
        environment = Environment("prd", self.simulator.api_url, self.simulator.url)
        original = Gateway._environment

        def _environment(gateway, code):
            return environment if code == "prd" else original(gateway, code)

        with patch.object(Gateway, "_environment", _environment):
            yield
