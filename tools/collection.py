# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put this checkout where Ansible looks for collections: `…/ansible_collections/fincon/mail`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
COLLECTIONS = CACHE / "collections"
INSIDE = Path("ansible_collections", "fincon", "mail")


def link_collection() -> Path:
    """Link the checkout below .cache/collections; return that folder, for `sys.path` or ANSIBLE_COLLECTIONS_PATH."""
    link = COLLECTIONS / INSIDE
    target = os.path.relpath(ROOT, link.parent)
    if not link.is_symlink() or os.readlink(link) != target:
        link.parent.mkdir(parents=True, exist_ok=True)
        # Parallel test workers may run this at the same time: each replaces the link in one step.
        fresh = link.with_name(f".{link.name}-{os.getpid()}")
        fresh.symlink_to(target, target_is_directory=True)
        os.replace(fresh, link)
    return COLLECTIONS


def copy_collection(collections: Path) -> Path:
    """Copy the files that git would commit below `collections`, replacing an older copy; return the copy's root.

    A copy is for tools that do not follow a link, or that write into the tree.
    """
    copy = collections / INSIDE
    shutil.rmtree(copy, ignore_errors=True)
    for name in files():
        destination = copy / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, destination, follow_symlinks=False)
    return copy


def files() -> list[str]:
    """The files that git would commit, as sorted paths below the root."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    # A deleted file is still listed until the deletion is committed.
    return [name for name in sorted(set(listing.split("\0"))) if name and os.path.lexists(ROOT / name)]
