"""The kiosk of docs/examples works as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Page, expect
from support.kiosk_page import KioskPage
from support.plain_host import linked_site

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "kiosk" / "kiosk.json"
CUBES = "<code>\nfinal_answer([n for n in range(2, 1000) if n == sum(int(d) ** 3 for d in str(n))])\n</code>"


def test_the_example_in_its_own_colours_and_languages(
    page: Page, site: Path, tmp_path: Path, upstream: ScriptedModel
) -> None:
    folder = linked_site(site, tmp_path / "site")
    (folder / "kiosk.json").unlink()
    shutil.copyfile(EXAMPLE, folder / "kiosk.json")
    settings = Settings(site=folder, upstream=Upstream(base_url=upstream.base_url, models=("scripted",)))
    with running_server(settings) as url:
        kiosk = KioskPage(page).open(url)
        expect(page).to_have_title("Library of Numbers")
        kiosk.begin()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bibliothèque des nombres")
        assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(27, 21, 38)"
        expect(kiosk.solve("Le cercle")).to_contain_text("31.4")
        page.get_by_role("button", name="Autre question").click()
        upstream.reply(Reply(text=CUBES))
        expect(kiosk.solve("Une énigme")).to_contain_text("407")
        assert "somme des cubes" in upstream.requests[-1].body.decode()
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Library of Numbers")
