"""Many users at once, by keyboard and by mouse."""

from playwright.sync_api import expect

from tests.browser.console import MARKUP, Console
from tests.client import connect
from tests.examples import PASSWORD


def crowd(console: Console, number: int = 6) -> None:
    for each in range(number):
        console.user(f"spam-{each}")


def test_a_range_is_selected_by_keyboard_and_disabled_with_a_reason(console: Console) -> None:
    page, press = console.page, console.page.keyboard.press
    crowd(console)
    console.log_in()
    console.open("users?name=spam")
    expect(page.locator("tbody tr")).to_have_count(6)
    press("ArrowDown")
    press("Space")
    press("ArrowDown")
    press("ArrowDown")
    press("Shift+Space")
    bar = page.get_by_role("toolbar", name="Selected")
    expect(bar).to_contain_text("3 selected")
    console.shot("selected")
    page.set_viewport_size({"width": 390, "height": 800})
    console.shot("selected-390")
    page.set_viewport_size({"width": 1440, "height": 900})
    bar.get_by_role("button", name="Disable").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_have_text("Disable 3 users?")
    dialog.get_by_label("Reason").fill("Spam")
    press("Enter")
    expect(page.get_by_text("3 of 3 changed.")).to_be_visible()
    expect(page.locator(".badge", has_text="disabled")).to_have_count(3)
    with connect(console.url) as client:
        assert client.log_in("spam-0", PASSWORD).code == "invalid_credentials"
        assert client.log_in("spam-5", PASSWORD).status == 200


def test_all_that_match_are_selected_and_what_was_not_changed_is_said(console: Console) -> None:
    page = console.page
    crowd(console, 3)
    console.log_in()
    console.open("users")
    page.get_by_label("Select spam-2").click()
    bar = page.get_by_role("toolbar", name="Selected")
    bar.get_by_role("button", name="Select all that match").click()
    expect(bar).to_contain_text("4 selected")
    expect(page.get_by_label("Select all that are shown")).to_be_checked()
    bar.get_by_role("button", name="Roles").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Give").fill("Member")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("A role is 1 to 32 of a to z")
    dialog.get_by_label("Give").fill("member, guest")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3 of 4 changed.")).to_be_visible()
    refused = page.get_by_role("dialog")
    expect(refused).to_contain_text("1 were not changed")
    expect(refused).to_contain_text("root: Operators are changed one by one")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_operator_is_made_and_unmade(console: Console) -> None:
    page = console.page
    console.user("ada")
    console.log_in()
    console.open("users/2")
    for action, badges in (("Make operator", 1), ("Demote", 0)):
        page.get_by_role("button", name=action).click()
        page.get_by_role("dialog").get_by_role("button", name=action).click()
        expect(page.locator(".badge", has_text="operator")).to_have_count(badges)
    expect(page.get_by_text("operator_made")).to_be_visible()
    expect(page.get_by_text("operator_demoted")).to_be_visible()


def test_somebody_is_invited_and_the_invitation_is_taken_back(console: Console) -> None:
    page = console.page
    console.log_in()
    console.open("invitations")
    page.get_by_role("button", name="Invite somebody").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("For whom").fill(f"Grace {MARKUP}")
    dialog.get_by_label("Roles").fill("member")
    dialog.get_by_label("Uses").fill("2")
    page.keyboard.press("Enter")
    code = page.get_by_role("dialog").locator("code.secret").inner_text()
    page.get_by_role("dialog").get_by_role("button", name="Done").click()
    with connect(console.url) as grace:
        assert grace.sign_up("grace", PASSWORD, invitation=code).status == 200
    console.open("invitations")
    row = page.locator("tbody tr")
    expect(row).to_contain_text(f"Grace {MARKUP}")
    for text in ("open", "1 of 2", "member", "root"):
        expect(row).to_contain_text(text)
    console.shot("invitations")
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke it").click()
    expect(page.locator("tbody tr")).to_contain_text("revoked")
    with connect(console.url) as eve:
        assert eve.sign_up("eve", PASSWORD, invitation=code).code == "sign_up_closed"


def test_a_selection_is_exported_and_cleared(console: Console) -> None:
    page = console.page
    crowd(console, 3)
    console.log_in()
    console.open("users")
    page.get_by_label("Select spam-2").click()
    page.get_by_label("Select spam-1").click()
    bar = page.get_by_role("toolbar", name="Selected")
    with page.expect_download() as download:
        bar.get_by_role("button", name="Export").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 3
    assert {"spam-1", "spam-2"} <= {field for line in lines for field in line.split(",")}
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()
    expect(page.get_by_label("Select spam-2")).not_to_be_checked()
