"""The archive."""

from __future__ import annotations

import io
import warnings
import zipfile

from attacks.kit import Attack, Kit, attack, rezip

from sdlc.release.bundle import MANIFEST, PAGE, write_bundle

FIRST, SECOND = "decisions/0001.dsse.json", "decisions/0002.dsse.json"


@attack("E59")
def outsider_names_a_member_outside_of_the_folder(kit: Kit) -> Attack:
    return Attack(rezip(write_bundle(kit.release()), **{"../evil": b"x"}), "member-name-unsafe")


@attack("E59")
def outsider_puts_a_link_in(kit: Kit) -> Attack:
    made = io.BytesIO(write_bundle(kit.release()))
    with zipfile.ZipFile(made, "a") as archive:
        link = zipfile.ZipInfo("evidence/" + "a" * 64)
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return Attack(made.getvalue(), "member-name-unsafe")


@attack("E59")
def outsider_puts_a_member_in_twice(kit: Kit) -> Attack:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Attack(rezip(write_bundle(kit.release()), **{"policy.toml": b"x"}), "member-duplicate")


@attack("E59")
def outsider_packs_a_bomb(kit: Kit) -> Attack:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, b"\0" * 50_000_000)
    return Attack(made.getvalue(), "bundle-too-large")


@attack("E61")
def outsider_adds_a_page(kit: Kit) -> Attack:
    return Attack(write_bundle({**kit.release(), "index.html": b"<script>alert(1)</script>"}), "member-unlisted")


@attack("E61")
def outsider_hides_data_behind_the_archive(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release()) + b"<html>", "bundle-malformed")


@attack("E61")
def outsider_edits_the_page(kit: Kit) -> Attack:
    return Attack(kit.edited(PAGE, lambda data: data.replace(b"Ada Lovelace", b"Eve Mallory")), "page-changed")


@attack("E61")
def insider_with_the_release_key_draws_another_page(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release(page=b"<h1>all is well</h1>")), "page-differs")


@attack("H90")
def outsider_cuts_the_bundle_off(kit: Kit) -> Attack:
    return Attack(write_bundle(kit.release())[:-100], "bundle-malformed")
