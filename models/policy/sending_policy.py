"""The choices of how invoices travel to KSeF, as tables."""

MANUAL = "manual"
HYBRID = "hybrid"
OFF = "off"

SENDING = [
    (MANUAL, "By hand"),
    (HYBRID, "Hybrid: by hand, e-mail is free"),
    ("pl_companies", "By itself: invoices for companies in Poland"),
    ("all_companies", "By itself: invoices for all companies"),
    ("all", "By itself: all invoices, for private persons too"),
    (OFF, "Off: nothing is sent"),
]

POLISH_COMPANY = "polish_company"
FOREIGN_COMPANY = "foreign_company"
PERSON = "person"

#: choice -> kinds of buyers whose invoices are sent at posting.
SENT_BY_ITSELF = {
    "pl_companies": {POLISH_COMPANY},
    "all_companies": {POLISH_COMPANY, FOREIGN_COMPANY},
    "all": {POLISH_COMPANY, FOREIGN_COMPANY, PERSON},
}

AT_ONCE = "at_once"
INTERVAL = "interval"
DAILY = "daily"

WHEN = [
    (AT_ONCE, "At once"),
    (INTERVAL, "Every so many minutes"),
    (DAILY, "Once a day"),
]

ZIP = "Zip"
TAR_GZ = "TarGz"

#: values of KSeF's CompressionType.
COMPRESSIONS = [
    (ZIP, "ZIP"),
    (TAR_GZ, "tar.gz (smaller for many invoices)"),
]
