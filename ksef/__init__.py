"""The KSeF 2.0 protocol in plain Python: values in, values out, no Odoo.

Map of the package, from the outside in:

* ``client``: :class:`~.client.KsefClient`, one method per endpoint; ``routes``
  holds the paths, ``messages`` the answers as frozen dataclasses, ``bearer`` keeps
  the login alive.
* ``auth`` logs in with a certificate; ``xades`` signs the login request.
* ``session`` opens interactive sessions, prepares invoices and finds them again.
* ``certificates`` reads what a person uploads (certificate, key, PKCS#12) and
  ``certificate_checks`` says what is wrong with it in codes.
* ``crypto`` encrypts for KSeF; ``upo`` reads confirmations; ``links`` makes the
  addresses behind the QR codes; ``identifiers`` checks NIP, KSeF numbers and
  internal identifiers; ``deadlines`` knows which day it is in Warsaw.
* ``transport`` is the one requestor (retry, limits, redaction), ``failures`` turns
  answers into the errors of ``errors``; ``codes`` has one row per KSeF code.
* ``environment`` names TEST, DEMO, PRD and custom addresses.
* ``fa3`` builds and reads the FA(3) structure.

Nothing is imported here: take what you need from its module. Every failure that
leaves the package is a :class:`~.errors.KsefError`.
"""
