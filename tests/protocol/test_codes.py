"""Codes in words: the tables agree with what the wire knows, and no peer's text breaks them."""

import pytest

from emulator.protocol import codes
from emulator.wire import notification
from emulator.wire.element import METINF, SYNCML
from emulator.wire.tokens import NAMES


def test_every_name_is_one_of_the_vocabulary() -> None:
    known = NAMES[SYNCML] | NAMES[METINF] | {"NoResults", "DevInf", "MgmtTree"}
    assert set(codes.ELEMENTS) <= set(known)


def test_every_mode_of_a_notification_is_explained() -> None:
    assert set(codes.UI_MODE) == set(notification.UI_MODES)
    assert set(codes.INITIATOR) == set(notification.INITIATORS)
    assert all(code in codes.ALERT for code in range(200, 211))


@pytest.mark.parametrize("text", ["", "x", "9" * 5000, "²", "-1", "999"])
def test_what_nobody_knows_is_not_explained(text: str) -> None:
    assert codes.of_status(text) == codes.of_alert(text) == ""


def test_a_code_is_read_by_where_it_stands() -> None:
    assert codes.of_value(("Status", "Data"), "200") == "OK"
    assert codes.of_value(("Alert", "Data"), " 200 ") == "two-way sync"
    assert codes.of_value(("Item", "Data"), "200") == ""
    assert "MD5" in codes.of_value(("Meta", "Type"), "syncml:auth-MD5")
    assert codes.of_field("sync 1 type", "206").startswith("two-way")
    assert codes.of_field("sync 1 content type", "206") == ""
