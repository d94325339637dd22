"""Devices for push: which addresses may be asked, how many there are, what renews one."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.examples import HOUR, NINE
from tests.push_browser import Browser
from tocsin.domain.push_device import (
    DEVICES_LIMIT,
    PushDevice,
    device_id_of,
    problem_of_auth,
    problem_of_endpoint,
    problem_of_key,
    with_device,
)

FCM = "https://fcm.googleapis.com/fcm/send/dQw4w9WgXcQ:APA91b"
PRIVATE = ec.generate_private_key(ec.SECP256R1())


def device(number: int, **changes: object) -> PushDevice:
    made = Browser(f"{FCM}{number}", private=PRIVATE).device(created_at=NINE + number * HOUR)
    return replace(made, **changes)  # type: ignore[arg-type] # fields of the device


@pytest.mark.parametrize(
    "endpoint",
    [
        FCM,
        "https://web.push.apple.com/QGuQyavXutnMH",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAAB",
        "https://db5p.notify.windows.com/w/?token=BQYAAAC%2f",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAC",
    ],
)
def test_the_push_services_of_browsers_may_be_asked(endpoint: str) -> None:
    assert problem_of_endpoint(endpoint, allows_private=False) is None


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/1",
        "https://fcm.googleapis.com:8443/fcm/send/1",
        "https://fcm.googleapis.com:443/fcm/send/1",
        "https://fcm.googleapis.com:/fcm/send/1",
        "https://user@fcm.googleapis.com/1",
        "https://fcm.googleapis.com@example.com/1",
        "https://fcm.googleapis.com.example.com/1",
        "https://evilfcm.googleapis.com/1",
        "https://x.fcm.googleapis.com/1",
        "https://fcm.googleapis.com./1",
        "https://push.apple.com/1",
        "https://evilpush.apple.com/1",
        "https://push.apple.com.example.com/1",
        "https://.push.apple.com/1",
        "https://notify.windows.com/1",
        "https://example.com/?x=.notify.windows.com",
        "https://example.com#.push.apple.com",
        "https://example.com\\.push.apple.com/",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/1",
        "https://\N{FULLWIDTH LATIN SMALL LETTER F}cm.googleapis.com/1",
        "https://fcm.googleapis.com/ 1",
        "https://fcm.googleapis.com/\n1",
        "ftp://fcm.googleapis.com/1",
        "//fcm.googleapis.com/1",
        "fcm.googleapis.com",
        "https://fcm.googleapis.com/" + "1" * 1_024,
        "https://fcm.googleapis.com:0/1",
        "https://[fcm.googleapis.com/1",
        "",
    ],
)
def test_no_other_address_is_asked(endpoint: str) -> None:
    assert problem_of_endpoint(endpoint, allows_private=False) is not None


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:8080/_outbox/push/1", "http://localhost:8080/1"]
)
def test_the_local_stack_reaches_its_own_outbox(endpoint: str) -> None:
    assert problem_of_endpoint(endpoint, allows_private=True) is None
    assert problem_of_endpoint(endpoint, allows_private=False) is not None


@pytest.mark.parametrize(
    "endpoint",
    ["https://push.example.com/1", "http://user:secret@127.0.0.1/1", "http://8.8.8.8/1"],
)
def test_the_local_stack_reaches_no_stranger_either(endpoint: str) -> None:
    assert problem_of_endpoint(endpoint, allows_private=True) is not None


def test_keys_are_a_point_of_the_curve_and_sixteen_bytes() -> None:
    keys = Browser(FCM).keys

    assert problem_of_key(keys["p256dh"]) is None
    assert problem_of_auth(keys["auth"]) is None
    for wrong in (
        "",
        "AAAA",
        keys["auth"],
        keys["p256dh"][:-1],
        "*" * 87,
        "A" + keys["p256dh"][1:],
    ):
        assert problem_of_key(wrong) is not None
    for wrong in ("", "AAAA", keys["p256dh"], keys["auth"] + "AA", "***"):
        assert problem_of_auth(wrong) is not None


def test_the_same_subscription_is_the_same_device_and_works_again() -> None:
    gone = device(1, gone_at=NINE, last_seen_at=NINE)
    again = replace(device(1), auth="newer", name="My phone", created_at=NINE + 9 * HOUR)

    (renewed,) = with_device([gone], again)

    assert renewed == replace(gone, auth="newer", name="My phone", gone_at=None)


def test_five_devices_are_enough_but_a_dead_one_makes_room() -> None:
    five = [device(number) for number in range(DEVICES_LIMIT)]

    with pytest.raises(ValueError, match="as many devices"):
        with_device(five, device(9))

    dead = [replace(it, gone_at=NINE) if number in {1, 3} else it for number, it in enumerate(five)]
    kept = with_device(dead, device(9))
    assert [it.device_id for it in kept] == [
        it.device_id for it in (dead[0], dead[2], dead[3], dead[4], device(9))
    ]


def test_an_id_names_a_member_in_expressions_of_dynamodb() -> None:
    assert device_id_of(FCM) != device_id_of(FCM + "x")
    assert device_id_of(FCM).isidentifier()


def test_what_a_stranger_must_not_know_is_in_no_text_of_a_device() -> None:
    shown = repr(device(1))

    assert "fcm" not in shown
    assert device(1).auth not in shown
