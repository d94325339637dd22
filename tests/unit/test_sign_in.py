"""Links to sign in, and what an identity provider's answer means."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import HOUR, MINUTE, NINE
from tocsin.domain.configuration import Configured
from tocsin.domain.ids import AlertId
from tocsin.domain.link import LinkAction, LinkExpiredError, LinkSigner, LinkUnknownError
from tocsin.domain.oidc import (
    HOME,
    Provider,
    ProviderError,
    WayOut,
    address_in,
    authorization_url,
    challenge_of,
    expect_ours,
    own_path,
    provider_from,
)
from tocsin.domain.people import ContactMethod, User, hash_address
from tocsin.domain.sign_in import (
    SIGN_IN_LIFE,
    SIGN_IN_PATH,
    SignInSigner,
    person_of_address,
)
from tocsin.domain.verification import VerificationSigner

URL = "https://tocsin.example.com"
KEY = bytes(range(32))
ID = "01KJM7B0C8ZK4C0M5N7P9R1T3W"
MAIL = "alice@example.com"
ALICE = User(
    name="alice",
    email=MAIL,
    slack_id="U02ALICE",
    verified={
        ContactMethod.EMAIL: hash_address(MAIL),
        ContactMethod.SLACK: hash_address("U02ALICE"),
    },
)
SIGNER = SignInSigner(KEY, URL)
ISSUER = "https://login.example.com"
WAY = WayOut(nonce="n-1", verifier="v-1", path="/", ends_at=NINE + MINUTE)
PROVIDER = Provider(
    issuer=ISSUER,
    authorization_endpoint=f"{ISSUER}/authorize",
    token_endpoint=f"{ISSUER}/token",
    jwks_uri=f"{ISSUER}/jwks",
)
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
}
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "tocsin",
    "nonce": "n-1",
    "iat": NINE.timestamp(),
    "exp": (NINE + HOUR).timestamp(),
}


def token(method: ContactMethod = ContactMethod.EMAIL) -> str:
    return SIGNER.url(ID, ALICE, method, asked_at=NINE).partition("#")[2]


def configured(user: User) -> Configured[User]:
    return Configured(value=user, created_at=NINE)


def test_a_link_says_who_signs_in_and_where_no_server_reads_it() -> None:
    url = SIGNER.url(ID, ALICE, ContactMethod.EMAIL, asked_at=NINE)
    link = SIGNER.read(url.partition("#")[2], NINE)

    assert url.startswith(f"{URL}{SIGN_IN_PATH}#")
    assert (link.link_id, link.user, link.method) == (ID, "alice", ContactMethod.EMAIL)
    assert link.is_for(ALICE)


def test_a_link_is_good_for_fifteen_minutes() -> None:
    SIGNER.read(token(), NINE + SIGN_IN_LIFE - timedelta(milliseconds=1))

    with pytest.raises(LinkExpiredError):
        SIGNER.read(token(), NINE + SIGN_IN_LIFE)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_link_that_was_changed_anywhere_opens_nothing(position: int, by: int) -> None:
    letters = bytearray(token().encode())
    letters[position % len(letters)] ^= by

    with pytest.raises(LinkUnknownError):
        SIGNER.read(letters.decode("latin-1"), NINE)


def test_no_other_link_of_the_stack_signs_in_and_no_link_to_sign_in_acts() -> None:
    acting = LinkSigner(KEY, URL)
    acts = acting.token(LinkAction.VIEW, AlertId(ID), by="alice", at=NINE)
    verifies = VerificationSigner(KEY, URL)
    url = verifies.url(ALICE, ContactMethod.EMAIL, at=NINE) or ""

    for foreign in (acts, url.rpartition("/")[2]):
        with pytest.raises(LinkUnknownError):
            SIGNER.read(foreign, NINE)
    with pytest.raises(LinkUnknownError):
        acting.read(token(), NINE)
    with pytest.raises(LinkUnknownError):
        verifies.read(token(), NINE)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(LinkUnknownError):
        SignInSigner(bytes(32), URL).read(token(), NINE)


@pytest.mark.parametrize(
    "user",
    [
        replace(ALICE, email="new@example.com"),
        replace(ALICE, email=None),
        replace(ALICE, verified={}),
    ],
    ids=["another address", "no address", "not verified"],
)
def test_a_link_is_for_the_verified_address_that_it_went_to(user: User) -> None:
    assert not SIGNER.read(token(), NINE).is_for(user)


def test_no_link_goes_by_sms() -> None:
    with pytest.raises(ValueError, match="sms"):
        SIGNER.url(ID, replace(ALICE, phone="+15550100"), ContactMethod.SMS, asked_at=NINE)


def test_an_address_is_found_in_any_case() -> None:
    found = person_of_address("ALICE@Example.com", [configured(ALICE)])

    assert found is not None
    assert found.name == "alice"


@pytest.mark.parametrize(
    "users",
    [
        (),
        (replace(ALICE, verified={}),),
        (ALICE, replace(ALICE, name="another")),
        (replace(ALICE, email=None),),
    ],
    ids=["nobody", "not verified", "of two people", "no address"],
)
def test_an_address_leads_to_one_person_or_nobody(users: tuple[User, ...]) -> None:
    assert person_of_address(MAIL, map(configured, users)) is None


@pytest.mark.parametrize(
    "path",
    ["/", "/?status=firing&q=a%20b", "/console/alerts/01K", "/console/on-call?week=2026-W10#x"],
)
def test_a_person_goes_back_to_a_page_of_ours(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\tevil",
        "/\n/evil.example",
        "/console/\\evil",
        "/console/\r\nset-cookie:x=y",
        "javascript:alert(1)",
        "console/",
        "/api/v1/me",
        "/session/oidc?next=/",
        "/act/token",
        "/console",
        "/?" + "x" * 1_000,
        "/console/ä",
    ],
)
def test_and_nowhere_else(path: str) -> None:
    assert own_path(path) == HOME


@given(st.text())
def test_whatever_is_wanted_stays_on_this_host(wanted: str) -> None:
    path = own_path(wanted)

    assert path == HOME or path.startswith(("/?", "/console/"))
    assert path.isprintable()
    assert "\\" not in path


def test_the_challenge_is_that_of_the_rfc() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_verifier_and_the_secret_do_not_leave_by_the_browser() -> None:
    url = authorization_url(PROVIDER, WAY, client_id="tocsin", state="s-1", callback=f"{URL}/x")

    assert "v-1" not in url
    assert f"code_challenge={challenge_of('v-1')}&code_challenge_method=S256" in url


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"issuer": "https://evil.example"}, "another issuer's"),
        ({"token_endpoint": None}, "no token_endpoint"),
        ({"jwks_uri": 1}, "no jwks_uri"),
    ],
)
def test_a_discovery_document_that_is_not_the_issuer_s_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    assert provider_from(DOCUMENT, ISSUER) == PROVIDER
    with pytest.raises(ProviderError, match=message):
        provider_from(DOCUMENT | changes, ISSUER)


def test_a_provider_says_how_it_takes_the_secret() -> None:
    posting = DOCUMENT | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert not provider_from(posting, ISSUER).takes_basic


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"iss": "https://evil.example"}, "another issuer's"),
        ({"iss": None}, "another issuer's"),
        ({"aud": "another"}, "for another client"),
        ({"aud": None}, "for another client"),
        ({"aud": ["tocsin", "another"]}, "for another client"),
        ({"aud": ["tocsin", "another"], "azp": "another"}, "for another client"),
        ({"azp": "another"}, "for another client"),
        ({"nonce": "n-2"}, "of another sign-in"),
        ({"nonce": None}, "of another sign-in"),
        ({"exp": (NINE - 2 * MINUTE).timestamp()}, "too old"),
        ({"exp": None}, "too old"),
        ({"exp": "9999999999"}, "too old"),
        ({"exp": True}, "too old"),
        ({"iat": (NINE + 2 * MINUTE).timestamp()}, "of the future"),
        ({"iat": None}, "of the future"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ProviderError, match=message):
        expect_ours(CLAIMS | changes, WAY, issuer=ISSUER, client_id="tocsin", at=NINE)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": ["tocsin"]},
        {"aud": ["tocsin", "another"], "azp": "tocsin"},
        {"exp": (NINE - timedelta(seconds=30)).timestamp()},
        {"iat": (NINE + timedelta(seconds=30)).timestamp()},
    ],
)
def test_a_token_that_is_for_it_is_taken(changes: dict[str, Any]) -> None:
    expect_ours(CLAIMS | changes, WAY, issuer=ISSUER, client_id="tocsin", at=NINE)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": MAIL, "email_verified": True},
        {"email": MAIL, "email_verified": "true"},
        {"email": MAIL, "xms_edov": True},
        {"email": MAIL, "xms_edov": "1"},
    ],
)
def test_an_address_that_the_provider_has_verified_is_taken(claims: dict[str, Any]) -> None:
    assert address_in(claims, {"example.com"}) == MAIL
    assert address_in(claims, ()) == MAIL


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": MAIL},
        {"email": MAIL, "email_verified": False},
        {"email": MAIL, "email_verified": "false"},
        {"email": MAIL, "email_verified": "yes"},
        {"email": ["alice@example.com"], "email_verified": True},
        {"email": "alice", "email_verified": True},
        {"email": "alice@evil.example@example.com", "email_verified": True},
        {"email": "alice@evil.example", "email_verified": True},
        {"email": "alice@sub.example.com", "email_verified": True},
    ],
)
def test_any_other_address_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(ProviderError):
        address_in(claims, {"example.com"})
