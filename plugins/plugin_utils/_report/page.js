/* Copyright (c) 2026, fincon.mail contributors
 * GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later */
"use strict";
(() => {
  const form = document.getElementById("filter");
  const field = (name) => document.getElementById(name);
  const rows = [...document.querySelectorAll(".fleet > li[id]")].map((row) => ({ row, state: row.dataset.state, region: row.dataset.region }));
  // What a row can be found by, read when somebody first searches: also the names that only a cell's title has.
  const words = (item) => item.words ??= [row_text(item.row), ...[...item.row.querySelectorAll("[title]")].map((cell) => cell.title)].join(" ").toLowerCase();
  const row_text = (row) => row.textContent;

  function show() {
    const sought = field("text").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const state = field("state").value;
    const region = field("region")?.value ?? "";
    let shown = 0;
    for (const item of rows) {
      const fits = (!state || (state.startsWith("!") ? item.state !== state.slice(1) : item.state === state))
        && (!region || item.region === region)
        && sought.every((word) => words(item).includes(word));
      item.row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    field("shown").textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} branches`;
  }

  // A link from the top leads to a row that the filter may have hidden.
  addEventListener("hashchange", () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row?.hidden) { form.reset(); show(); row.scrollIntoView(); }
  });
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
