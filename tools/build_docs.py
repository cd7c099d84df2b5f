# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site: the pages of docs and the reference generated from the collection."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import browser
import docs_links
import docs_pictures
import schema_pages
from collection import CACHE, ROOT

#: Pages of the site that are outside of docs, where people expect them in a checkout.
PAGES_OF_THE_ROOT = ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")


def put_together(source: Path) -> None:
    """Write the whole source of the site into a folder, in place of an older one.

    :raises subprocess.CalledProcessError: when the documentation of a module or plugin has an error.
    """
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source)
    (source / "root").symlink_to(ROOT, target_is_directory=True)
    for name in PAGES_OF_THE_ROOT:
        shutil.copy2(ROOT / name, source)
    (source / "schemas.md").write_text(schema_pages.page(ROOT / "schemas"), "utf-8")
    options = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version"]
    reference = source / "reference"
    reference.mkdir()
    command = ["antsibull-docs", "collection", *options, f"--dest-dir={reference}", "fincon.mail"]
    # It keeps a log in the home directory, and has no option to change that.
    subprocess.run(command, check=True, env={**os.environ, "HOME": str(CACHE)})


def build(source: Path, target: Path, builder: str) -> None:
    """Build the site; warnings are errors.

    :raises subprocess.CalledProcessError: when a page has an error, or a link leads nowhere.
    """
    shutil.rmtree(target, ignore_errors=True)
    options = ["--fail-on-warning", "--quiet", f"--builder={builder}", f"--jobs={os.cpu_count() or 1}"]
    doctrees = source.with_name("doctrees")
    subprocess.run(["sphinx-build", *options, f"--doctree-dir={doctrees}", str(source), str(target)], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "dist" / "docs", help="where the site is written")
    parser.add_argument("--external", action="store_true", help="also check links to other sites, over the network")
    parser.add_argument("--no-pictures", dest="pictures", action="store_false", help="leave the pictures as they are")
    parser.add_argument("--keep-pictures", action="store_true", help="keep new pictures in docs/img too")
    arguments = parser.parse_args()
    source = CACHE / "docs" / "source"
    absent = browser.missing()
    try:
        put_together(source)
        if arguments.pictures and absent:
            print(f"The pictures are those of docs/img, not new ones: {absent}")
        elif arguments.pictures:
            docs_pictures.take(source / "img")
            if arguments.keep_pictures:
                shutil.copytree(source / "img", ROOT / "docs" / "img", dirs_exist_ok=True)
        build(source, arguments.folder, "html")
        if arguments.external:
            build(source, CACHE / "docs" / "links", "linkcheck")
    except subprocess.CalledProcessError as exc:
        print(f"Error: {exc.cmd[0]} ended with status {exc.returncode}.", file=sys.stderr)
        return 1
    if dead := docs_links.dead(arguments.folder):
        print("\n".join(dead), file=sys.stderr)
        return 1
    print(f"The site is in {arguments.folder}/index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
