"""What may be wrong with the flat file of the white list, and what to do about it."""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

#: code of the error -> words that go on with "not checked:".
FILE_TROUBLES = {
    "no_flat_file": _lt(
        "the flat file of the day is not on the server, where the system parameter"
        " l10n_pl_ksef.white_list_file looks for it"
    ),
    "old_flat_file": _lt("the flat file on the server is of another day"),
    "bad_flat_file": _lt("the file on the server is no flat file of the register"),
    "packed_flat_file": _lt(
        "the flat file on the server is packed: unpack it (7z x) and name the JSON file"
        " in the system parameter l10n_pl_ksef.white_list_file"
    ),
}
