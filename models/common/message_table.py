"""One row per thing that may go wrong with KSeF: cause and remedy, in plain words.

``messages`` looks rows up; nobody else does. A key is (scope, code):

``certificate``  what is wrong with an uploaded file (found on this server)
``vault``        the sealed keys
``auth``         status of a login at KSeF (GET /auth/{referenceNumber})
``reason``       why KSeF refuses a call (401, 403), words of ``KsefAuthError.reason``
``http``         exception code of a refused call, or the class of an error without one
``session``      status of a session
``invoice``      status of an invoice in a session

A text may use ``%(name)s`` for a value of the error; a missing value shows as a dash.
Source: the status and exception tables of the KSeF documentation.
"""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

_CERTIFICATE = {
    "empty_file": _lt("The file is empty. Choose it again."),
    "file_too_large": _lt(
        "This file is too large to be a certificate or a key. Choose the .crt or .key"
        " file that you downloaded from KSeF."
    ),
    "not_a_certificate": _lt(
        "This file is not a certificate. Choose the .crt file that you downloaded"
        " from KSeF."
    ),
    "not_a_key": _lt(
        "This file is not a private key. Choose the .key file that you downloaded"
        " together with the certificate."
    ),
    "password_missing": _lt(
        "This key is protected by a password. Type the password that you set when"
        " generating the certificate."
    ),
    "wrong_password": _lt(
        "This password does not open the key. Use the one set when generating; it"
        " cannot be recovered."
    ),
    "key_of_another_pair": _lt(
        "The key does not match the certificate: the files are from different pairs."
    ),
    "offline_certificate_for_login": _lt(
        "This is the offline certificate, and this step needs the authentication"
        " certificate. The two are swapped."
    ),
    "authentication_certificate_for_offline": _lt(
        "This is the authentication certificate, and this step needs the offline"
        " certificate. The two are swapped."
    ),
    "not_a_ksef_certificate": _lt(
        "This is not a KSeF certificate. Choose the .crt file that you downloaded"
        " from KSeF (Certificates)."
    ),
    "expired": _lt(
        "The certificate expired on %(not_after)s. Generate a new pair in KSeF."
    ),
    "not_yet_valid": _lt(
        "The certificate is not valid before %(not_before)s. Wait until then or"
        " generate a new pair in KSeF."
    ),
    "weak_key": _lt(
        "The key of this certificate is too weak for KSeF. Generate a new pair."
    ),
    "environment_mismatch": _lt(
        "The certificate belongs to another KSeF environment. Choose the other"
        " environment or the certificate of this one."
    ),
    "same_pair_twice": _lt(
        "These are the same files as in stage 1. KSeF needs two different pairs:"
        " authentication and offline."
    ),
    "not_a_certificate.private_key": _lt(
        "This file is a private key. Choose the certificate: the .crt file."
    ),
    "not_a_key.certificate": _lt(
        "This file is a certificate. Choose its private key: the .key file."
    ),
    "offline_not_active": _lt(
        "KSeF says that the offline certificate is revoked, blocked or expired."
        " Generate and upload a new pair."
    ),
}

_VAULT = {
    "sealed_with_other_key": _lt(
        "The private keys cannot be opened on this server (the database was moved or"
        " the sealing key was lost). Upload the certificates again."
    ),
    "key_unusable": _lt(
        "The server's sealing key (L10N_PL_KSEF_KEY) cannot be used. Ask your system"
        " administrator."
    ),
}

_AUTH = {
    "100": _lt("Login in progress; it will be checked again in a moment."),
    "415": _lt(
        "The certificate's owner has no KSeF rights for NIP %(nip)s. Grant the rights"
        " to issue and to view invoices in KSeF (a company without a seal: form"
        " ZAW-FA). Check the NIP too."
    ),
    "425": _lt("The KSeF login was ended by a user. Connect again."),
    "450": _lt(
        "KSeF refused the login: the challenge or token is invalid, inactive or"
        " revoked. Try again."
    ),
    "460": _lt(
        "KSeF refuses this certificate: it is revoked, suspended, expired or not"
        " trusted. Generate and upload a new pair."
    ),
    "400": _lt(
        "KSeF refuses this certificate: it is revoked, suspended, expired or not"
        " trusted. Generate and upload a new pair."
    ),
    "470": _lt("These are the credentials of a deceased person."),
    "480": _lt(
        "KSeF blocked the login (suspected security incident). Contact the Ministry"
        " of Finance through the form on the KSeF site."
    ),
    "500": _lt("KSeF had a technical problem with the login. Try again."),
    "550": _lt("KSeF cancelled the login. Try again."),
}

_REASON = {
    "expired": _lt("The KSeF login expired. Connect again."),
    "revoked": _lt("The KSeF login was ended. Connect again."),
    "not_logged_in": _lt("Not logged in to KSeF. Connect again."),
    "no_permission": _lt(
        "The certificate's owner lacks a KSeF right. Grant it in KSeF (Permissions)."
    ),
    "no_access": _lt("KSeF gives no access to this document."),
    "ip_not_allowed": _lt(
        "The server connects from an IP address that this login does not allow."
    ),
    "auth_method": _lt("This operation is not available for this way of logging in."),
    "context_type": _lt(
        "This operation is not available for this kind of taxpayer identifier."
    ),
    "blocked": _lt(
        "KSeF blocked the access (suspected security incident). Contact the Ministry"
        " of Finance through the form on the KSeF site."
    ),
    "certificate": _lt(
        "KSeF refuses this certificate: it is revoked, suspended, expired or not"
        " trusted. Generate and upload a new pair."
    ),
    "token": _lt(
        "KSeF refused the login: the challenge or token is invalid, inactive or"
        " revoked. Try again."
    ),
    "deceased": _lt("These are the credentials of a deceased person."),
    "failed": _lt("KSeF refused the login. Try again."),
    "timeout": _lt(
        "KSeF did not finish the login in time. Try again in a few minutes."
    ),
    "forbidden": _lt("KSeF refused the access."),
}

_HTTP = {
    "9101": _lt("KSeF could not read the login request."),
    "9102": _lt(
        "The login request was not signed. Upload the certificate and the key again."
    ),
    "9103": _lt("The login request was signed more than once."),
    "9105": _lt(
        "KSeF rejected the signature. Update the module or upload the key again."
    ),
    "21001": _lt("KSeF could not read the request."),
    "21111": _lt("The time to log in (10 minutes) ran out. Try again."),
    "21115": _lt(
        "KSeF does not accept this certificate. Check the environment, and that the"
        " .crt file was downloaded from KSeF."
    ),
    "21117": _lt("The company's NIP in the settings is invalid."),
    "21155": _lt("Too many invoices in one session: a new one is opened."),
    "21164": _lt("KSeF has no invoice with this number."),
    "21165": _lt("The invoice will be available in a moment."),
    "21166": _lt("Technical correction is not available for this invoice."),
    "21167": _lt("Technical correction is not available for this invoice."),
    "21173": _lt("The session is closed: a new one is opened."),
    "21175": _lt("KSeF has forgotten the package: another one is ordered."),
    "21178": _lt("The UPO is not there yet."),
    "21180": _lt("The session is closed: a new one is opened."),
    "21181": _lt("KSeF does not give invoices of this role to this company."),
    "21182": _lt("Too many packages are being made in KSeF: fetching goes on later."),
    "21183": _lt("Nothing new is complete in KSeF yet: fetching goes on later."),
    "21217": _lt("KSeF rejected the request: wrong encoding."),
    "21301": _lt("The login was not completed; it starts anew."),
    "21304": _lt("The login was not completed; it starts anew."),
    "21308": _lt("These are the credentials of a deceased person."),
    "21401": _lt("The file does not match the schema of KSeF."),
    "21402": _lt("The file arrived at KSeF with another size. Trying again."),
    "21403": _lt("The file arrived at KSeF damaged. Trying again."),
    "21405": _lt("KSeF rejected the request."),
    "21406": _lt("The signature does not fit the chosen way of logging in."),
    "21470": _lt("KSeF changed its public key: the new one is fetched."),
    "71001": _lt(
        "One of the invoices cannot be part of a collective identifier: KSeF does not"
        " know its number. Take it out of the choice and pay it with its own number."
    ),
    "71002": _lt(
        "One of the invoices is already in as many collective identifiers as KSeF"
        " allows. Take it out of the choice and pay it with its own KSeF number."
    ),
    "71004": _lt(
        "A collective identifier is for invoices of one seller only. Choose the bills"
        " of one supplier."
    ),
    "71005": _lt(
        "One invoice was chosen twice: two bills have the same KSeF number. Cancel one"
        " of the bills and choose again."
    ),
    # found on this server
    "bad_package": _lt(
        "KSeF gave a package of invoices that is damaged or incomplete, twice. Nothing"
        " is lost: another one is ordered later. If it stays so, tell KSeF's support."
    ),
    "hash_mismatch": _lt(
        "KSeF gave a package of invoices that does not fit its own checksums. Nothing"
        " is lost: another one is ordered later. If it stays so, tell KSeF's support."
    ),
    "fetch_stuck": _lt(
        "KSeF says that more invoices were stored at one moment than it gives at once."
        " What came is in the inbox; the rest is asked for again later. If it stays"
        " so, tell KSeF's support."
    ),
    # errors without a code
    "KsefTransportError": _lt(
        "KSeF cannot be reached. Check the server's internet connection; sending is"
        " repeated by itself."
    ),
    "KsefUnavailable": _lt(
        "KSeF has a technical problem or is under maintenance. Sending is repeated by"
        " itself."
    ),
    "KsefRateLimited": _lt(
        "The limit of requests to KSeF is used up. Sending goes on by itself when KSeF"
        " allows it."
    ),
    "KsefAuthError": _lt("KSeF refused the access."),
    "KsefRequestRejected": _lt("KSeF rejected the request."),
    "KsefProtocolError": _lt(
        "KSeF gave an answer that this module does not understand. Update the module."
    ),
    "KsefError": _lt("The call to KSeF failed."),
}

_SESSION = {
    "100": _lt("The session is open."),
    "150": _lt("KSeF is processing the session."),
    "170": _lt("The session is closed; KSeF prepares the UPO."),
    "200": _lt("The session was processed."),
    "405": _lt("The package arrived at KSeF damaged."),
    "415": _lt("Encryption error: KSeF could not open the session's key."),
    "420": _lt("Too many invoices in one session."),
    "430": _lt("KSeF could not unpack the package."),
    "430.offline": _lt(
        "KSeF could not verify the file. The invoice was issued offline and is not in"
        " KSeF: mend the file and send it as a technical correction."
    ),
    "435": _lt("Encryption error: KSeF could not open the package."),
    "440": _lt("KSeF cancelled the session: no invoices were sent in it."),
    "445": _lt("No invoice of this session was valid: see their errors."),
    "500": _lt("KSeF had a technical problem with this session."),
}

_INVOICE = {
    "100": _lt("KSeF is processing the invoice. Do not send it again."),
    "150": _lt("KSeF is processing the invoice. Do not send it again."),
    "200": _lt("Accepted."),
    "405": _lt("The session failed: the invoice goes out in a new one."),
    "410": _lt(
        "No right to issue invoices in the name of the seller. Your login is for NIP"
        " %(nip)s."
    ),
    "410.self_billing": _lt(
        "The supplier has not allowed NIP %(nip)s to issue invoices in its name. The"
        " supplier gives this right in KSeF (permissions, self-invoicing); then reset"
        " the invoice to draft and send it again."
    ),
    "410.attachment": _lt(
        "NIP %(nip)s may not send this invoice with its attachment. Invoices with an"
        " attachment must be notified in e-Urząd Skarbowy first (up to 3 working days"
        " before)."
    ),
    "415": _lt(
        "Invoices with an attachment must be notified in e-Urząd Skarbowy first."
    ),
    "430": _lt(
        "KSeF could not verify the file. The invoice was not issued: fix the data and"
        " send it again."
    ),
    "435": _lt("Encryption error: the invoice is sent again."),
    "440": _lt(
        "An invoice with this number is already in KSeF (%(number)s). If it is the"
        " same one, link it; if it is another one, change the number."
    ),
    "450": _lt(
        "The content of the invoice is wrong: most often a date in the future or a"
        " wrong NIP. The invoice was not issued: fix the data and send it again."
    ),
    "450.offline": _lt(
        "The file of the invoice is wrong. The invoice was issued offline and is not in"
        " KSeF: mend the file and send it as a technical correction."
    ),
    "500": _lt("KSeF had a technical problem with this invoice."),
    "550": _lt("KSeF cancelled the processing of this invoice."),
}

#: (scope, code) -> text. The tables above are apart because Odoo's export of texts
#: would take a scope in brackets for a text.
ROWS = {
    (scope, code): text
    for scope, texts in {
        "certificate": _CERTIFICATE,
        "vault": _VAULT,
        "auth": _AUTH,
        "reason": _REASON,
        "http": _HTTP,
        "session": _SESSION,
        "invoice": _INVOICE,
    }.items()
    for code, text in texts.items()
}

#: when there is no row
UNKNOWN_CODE = _lt("KSeF answered with code %(code)s, which this module does not know.")
