"""Whether a certificate and its key can serve where they were uploaded."""

from datetime import timedelta

import pytest
from support_ksef import NOW, PERSON, Recipe, make_key, with_explicit_null

from ksef.certificates import (
    CertificateUsage,
    check_distinct,
    check_pair,
    check_slot,
    read_certificate,
)
from ksef.environment import DEMO, PRD, TEST, Environment
from ksef.errors import KsefCertificateError

LOGIN = CertificateUsage.AUTHENTICATION
OFFLINE = CertificateUsage.OFFLINE
CUSTOM = Environment.custom("http://127.0.0.1:1/v2")
REAL_ISSUER = {"C": "PL", "O": "Ministerstwo Finansów", "CN": "CCK KSeF"}


def checked(recipe: Recipe, slot=LOGIN, at=NOW, environment=TEST):
    certificate = read_certificate(recipe.der())
    check_slot(certificate, slot, at=at, environment=environment)


def refused(recipe: Recipe, **options) -> KsefCertificateError:
    with pytest.raises(KsefCertificateError) as caught:
        checked(recipe, **options)
    return caught.value


# -- pairs -------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_key_fits_its_certificate(kind):
    key = make_key(kind)
    check_pair(read_certificate(Recipe(key=key).der()), key)


def test_a_key_fits_a_certificate_of_the_refused_shape():
    check_pair(read_certificate(with_explicit_null(Recipe().der())), make_key())


@pytest.mark.parametrize("other", [("ec", 1), ("rsa", 0)])
def test_the_key_of_another_pair(other):
    certificate = read_certificate(Recipe().der())
    with pytest.raises(KsefCertificateError) as caught:
        check_pair(certificate, make_key(*other))
    assert caught.value.code == "key_of_another_pair"
    assert caught.value.values["serial"] == "01F20A5D352AE590"


def test_two_different_pairs_are_distinct():
    login = read_certificate(Recipe().der())
    offline = Recipe(key=make_key("ec", 1), usage="offline", serial=2)
    check_distinct(login, read_certificate(offline.der()))


def test_the_same_certificate_twice():
    login = read_certificate(Recipe().der())
    with pytest.raises(KsefCertificateError) as caught:
        check_distinct(login, login)
    assert caught.value.code == "same_pair_twice"


def test_two_certificates_over_one_key_are_the_same_pair():
    login = read_certificate(Recipe().der())
    offline = read_certificate(Recipe(usage="offline", serial=2).der())
    with pytest.raises(KsefCertificateError) as caught:
        check_distinct(login, offline)
    assert caught.value.code == "same_pair_twice"


# -- slots -------------------------------------------------------------


def test_an_authentication_certificate_for_login():
    checked(Recipe())


def test_an_offline_certificate_for_offline():
    checked(Recipe(usage="offline"), slot=OFFLINE)


def test_an_offline_certificate_for_login():
    error = refused(Recipe(usage="offline"))
    assert error.code == "offline_certificate_for_login"


def test_an_authentication_certificate_for_offline():
    error = refused(Recipe(), slot=OFFLINE)
    assert error.code == "authentication_certificate_for_offline"


@pytest.mark.parametrize("usage", ["both", "none"])
def test_a_qualified_certificate_may_log_in(usage):
    checked(Recipe(usage=usage, issuer=REAL_ISSUER), environment=PRD)


@pytest.mark.parametrize("usage", ["both", "none"])
def test_a_qualified_certificate_cannot_sign_offline(usage):
    error = refused(Recipe(usage=usage), slot=OFFLINE)
    assert error.code == "not_a_ksef_certificate"


def test_a_certificate_of_a_person_may_log_in():
    checked(Recipe(subject=PERSON))


# -- dates -------------------------------------------------------------


def test_an_expired_certificate_says_when():
    recipe = Recipe()
    error = refused(recipe, at=recipe.not_after + timedelta(seconds=1))
    assert error.code == "expired"
    assert error.values["not_after"] == recipe.not_after
    assert error.values["holder"] == "Firma Testowa sp. z o.o."


def test_a_certificate_that_is_not_valid_yet_says_from_when():
    recipe = Recipe()
    error = refused(recipe, at=recipe.not_before - timedelta(seconds=1))
    assert error.code == "not_yet_valid"
    assert error.values["not_before"] == recipe.not_before


def test_the_first_and_the_last_moment_are_valid():
    recipe = Recipe()
    checked(recipe, at=recipe.not_before)
    checked(recipe, at=recipe.not_after)


def test_swapped_certificates_are_named_before_their_dates():
    recipe = Recipe(usage="offline")
    error = refused(recipe, at=recipe.not_after + timedelta(days=1))
    assert error.code == "offline_certificate_for_login"


# -- keys and environments ---------------------------------------------


@pytest.mark.parametrize("kind", ["rsa-1024", "p192"])
def test_a_weak_key(kind):
    error = refused(Recipe(key=make_key(kind)))
    assert error.code == "weak_key"
    assert error.values["key_algorithm"]


def test_a_test_certificate_for_production():
    error = refused(Recipe(), environment=PRD)
    assert error.code == "environment_mismatch"
    assert error.values["environment"] == "prd"


@pytest.mark.parametrize("environment", [DEMO, PRD])
def test_a_self_signed_certificate_outside_test(environment):
    error = refused(Recipe(issuer=None), environment=environment)
    assert error.code == "environment_mismatch"


@pytest.mark.parametrize("environment", [TEST, CUSTOM])
def test_a_self_signed_certificate_in_test(environment):
    checked(Recipe(issuer=None), environment=environment)


def test_a_real_certificate_for_production():
    checked(Recipe(issuer=REAL_ISSUER), environment=PRD)
