"""The KSeF 2.0 protocol in plain Python: values in, values out, no Odoo.

Map of the package, from the outside in:

* ``client``: :class:`~.client.KsefClient`, one method per endpoint, spread over the
  modules ``endpoints_…`` on top of the protected call of ``calls``; ``bearer`` keeps
  the login alive, ``routes`` holds the paths, ``messages`` (with ``answers`` and
  ``messages_…``) the answers as frozen dataclasses, read by ``wire``.
* ``auth`` logs in with a certificate; ``xades`` signs the login request.
* Sending: ``session`` opens interactive sessions, prepares invoices and finds them
  again; ``batch`` sends packages that ``package_building`` makes.
* Fetching: ``inbox`` orders packages and downloads them (``package_fetching``,
  ``package_reading`` on ``package_archive`` and ``package_metadata``);
  ``checkpoints`` says which range is next.
* ``budget`` plans requests by the limits of KSeF; ``latarnia`` asks the ministry's
  status service; ``deadlines`` knows which day it is in Warsaw, which days are working
  days and until when an offline invoice must be sent.
* ``certificates`` is the door to what a person uploads: ``certificate_reading``,
  ``key_reading``, ``pkcs12_reading`` (helped by ``upload`` and ``pbes2``), and
  ``certificate_checks``, which says in codes what is wrong.
* ``crypto`` encrypts for KSeF; ``upo`` reads confirmations; ``links`` makes the
  addresses behind the QR codes; ``identifiers`` checks NIP, KSeF numbers and
  internal identifiers.
* ``transport`` is the one requestor (retry, limits), ``exchange`` what it sends and
  gets; ``redaction`` keeps secrets out of logs; ``failures`` and ``transport_errors``
  turn answers into the errors of ``errors``; ``codes`` has one row per KSeF code.
* ``environment`` names TEST, DEMO, PRD and custom addresses; ``safe_xml`` is the only
  parser of foreign XML.
* ``fa3`` builds and reads the FA(3) structure.

Nothing is imported here: take what you need from its module. Every failure that
leaves the package is a :class:`~.errors.KsefError`.
"""
