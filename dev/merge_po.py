"""Bring the add-on's translations up to a fresh template.

``python merge_po.py TEMPLATE FOLDER``; called by ``dev/pot``. Translations stay by
their source text; texts that are gone are dropped. A file whose entries did not change
keeps its header, so that nothing is rewritten for a new date.
"""

import sys
from pathlib import Path

import polib

MODULE = "l10n_pl_ksef"
LANGUAGE = "pl"
PLURAL_FORMS = (
    "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14)"
    " ? 1 : 2);"
)
WIDTH = 78


def keys_of(catalog: polib.POFile) -> list:
    """Return what makes two catalogs the same, places of use included."""
    return [
        (entry.msgid, entry.msgctxt, sorted(entry.occurrences), entry.comment)
        for entry in catalog
    ]


def read(path: Path) -> polib.POFile:
    """Return the catalog at ``path``, an empty one where there is none."""
    return polib.pofile(str(path), wrapwidth=WIDTH) if path.exists() else polib.POFile()


def write_template(fresh: polib.POFile, path: Path) -> None:
    """Store the template when its entries changed."""
    if keys_of(read(path)) != keys_of(fresh):
        fresh.save(str(path))


def write_language(fresh: polib.POFile, path: Path) -> list[str]:
    """Merge the template into a translation.

    :return: source texts that have no translation
    """
    old = read(path)
    known = {(entry.msgid, entry.msgctxt): entry for entry in old}
    merged = polib.POFile(wrapwidth=WIDTH)
    merged.metadata = fresh.metadata | {
        "Language": LANGUAGE,
        "Plural-Forms": PLURAL_FORMS,
    }
    for entry in fresh:
        before = known.get((entry.msgid, entry.msgctxt))
        entry.msgstr = before.msgstr if before and not before.fuzzy else ""
        merged.append(entry)
    if keys_of(old) != keys_of(merged) or any(entry.fuzzy for entry in old):
        merged.save(str(path))
    return [entry.msgid for entry in merged if not entry.msgstr]


def main(template: str, folder: str) -> int:
    """Merge and tell what is missing.

    :return: 1 when texts are left untranslated
    """
    target = Path(folder)
    target.mkdir(exist_ok=True)
    write_template(read(Path(template)), target / f"{MODULE}.pot")
    missing = write_language(read(Path(template)), target / f"{LANGUAGE}.po")
    for text in missing:
        print(f"not translated: {text}")
    print(f"{len(read(Path(template)))} texts, {len(missing)} without a translation")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
