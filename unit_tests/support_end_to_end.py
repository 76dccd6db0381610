"""A company that talks to the simulator through ``ksef/``, over HTTP."""

from datetime import timedelta

from lxml import etree
from support_ksef import NIP, SEAL, SHARED, Recipe, make_key

from ksef import auth, session
from ksef.certificates import read_certificate
from ksef.client import KsefClient
from ksef.crypto import SessionKey
from ksef.environment import Environment
from ksef.transport import Transport

FA3 = "{http://crd.gov.pl/wzor/2025/06/25/13775/}"


class Person:
    """Somebody with a certificate and a client; time passes in the simulator."""

    def __init__(self, sim, kind="ec", nip=NIP, subject=None, pair=None):
        self.sim = sim
        self.nip = nip
        self.environment = Environment.custom(sim.api_url)
        self.logins = 0
        self.kept = []
        now = sim.clock.now()
        self.recipe = Recipe(
            key=make_key(kind),
            subject=subject or SEAL,
            issuer=None,
            usage="both",
            not_before=now - timedelta(days=1),
            not_after=now + timedelta(days=30),
        )
        self.certificate, self.key = pair or (
            read_certificate(self.recipe.der()),
            self.recipe.key,
        )
        self.client = KsefClient(
            self.environment,
            transport=Transport(self.environment, sleep=self.pass_time),
            relogin=self.login,
            on_tokens=self.kept.append,
            clock=sim.clock.now,
        )
        self.session_key = SessionKey.generate()

    def pass_time(self, seconds=1.0):
        self.sim.clock.advance(seconds)

    def login(self):
        self.logins += 1
        return auth.login(
            self.client,
            self.nip,
            self.certificate,
            self.key,
            sleep=self.pass_time,
            clock=self.sim.clock.now,
        )

    def open(self, keys=None):
        opened = session.open_session(self.client, self.session_key, keys)
        return opened.reference_number

    def send(self, reference, xml, **options):
        payload = session.prepare_invoice(xml, self.session_key, **options)
        return self.client.send_invoice(reference, payload)

    def outcome(self, reference, xml, **options):
        sent = self.send(reference, xml, **options)
        self.pass_time()
        return self.client.invoice_status(reference, sent)

    def invoice(self, number="FV/1/2026", seller=None, day=None):
        """An official sample of this seller and of today in Warsaw."""
        path = SHARED / "ksef" / "fa3-samples" / "przyklad-01.xml"
        root = etree.parse(path).getroot()
        place = f"{FA3}Podmiot1/{FA3}DaneIdentyfikacyjne/{FA3}NIP"
        root.find(place).text = seller or self.nip
        today = day or self.sim.clock.today_in_warsaw()
        root.find(f"{FA3}Fa/{FA3}P_1").text = today.isoformat()
        root.find(f"{FA3}Fa/{FA3}P_2").text = number
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
