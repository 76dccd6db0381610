"""What may be wrong with an FA(3), in the reader's language: a sentence per code.

The codes are those of ``ksef.fa3``, which knows English only; a test holds the two
tables together.
"""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

SENTENCES = {
    # the file
    "empty": _lt("The file is empty."),
    "too_big": _lt("The file is larger than %(limit)s bytes."),
    "not_xml": _lt("The file is not well-formed XML: %(detail)s"),
    "not_utf8": _lt("The file is not UTF-8, which KSeF requires."),
    "dtd": _lt("The file has a document type declaration, which is never accepted."),
    "too_complex": _lt("The file has too many elements, attributes or levels."),
    "not_fa": _lt("The document is not an invoice of the FA structure."),
    "unknown_schema": _lt("The namespace is that of no known version of FA."),
    "processing_instruction": _lt("Processing instructions are refused by KSeF."),
    # structure
    "missing": _lt("The element is required."),
    "too_few": _lt("At least %(minimum)s elements are required."),
    "too_many": _lt("At most %(maximum)s elements are allowed."),
    "choice_missing": _lt("One of these is required: %(names)s."),
    "choice_conflict": _lt("Only one of these may be given: %(names)s."),
    "order": _lt("The element stands in the wrong place."),
    "unknown_element": _lt("The element is not part of the schema."),
    "unknown_attribute": _lt("The attribute is not part of the schema."),
    "unexpected_text": _lt("There is text where only elements may be."),
    # values
    "wrong_type": _lt("A value of Python type %(given)s can't be written here."),
    "too_short": _lt("The text has fewer than %(minimum)s characters."),
    "too_long": _lt("The text has more than %(maximum)s characters."),
    "bad_format": _lt("The value does not have the required form."),
    "not_in_list": _lt("The value is not in the list of codes."),
    "not_a_number": _lt("The value is not a number."),
    "not_a_date": _lt("The value is not a date."),
    "not_a_moment": _lt("The value is not a date with time."),
    "too_many_digits": _lt("The number is too long; %(maximum)s digits fit."),
    "too_many_decimals": _lt("The number has more than %(maximum)s decimal places."),
    "too_small": _lt("The value is less than %(least)s."),
    "too_big_value": _lt("The value is greater than %(most)s."),
    "forbidden_character": _lt("The text has a character that KSeF or XML forbids."),
    # the schema itself, run over the finished bytes
    "schema": _lt("The official schema refuses this: %(detail)s"),
    "schema_unusable": _lt("The schema file can't be used: %(detail)s"),
}


def fa3_sentence(env, problem):
    """Return the sentence of one ``Fa3Problem`` in the language of ``env``."""
    text = env._(SENTENCES[problem.code])  # pylint: disable=W8301
    return text % dict(problem.facts)


def fa3_sentences(env, problems):
    """Return all that is wrong in one line, each sentence once."""
    return "; ".join(dict.fromkeys(fa3_sentence(env, one) for one in problems))
