/* Copyright (c) 2026, fincon.mail contributors
 * GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a screen can do that paper cannot: copy a value, keep the ticks, make the reply. The page is complete without it. */
(() => {
  const order = document.body.dataset;
  const part = (id) => document.getElementById(id);
  const boxes = [...document.querySelectorAll("[data-item]")];
  const logins = [...document.querySelectorAll("[data-user]")];
  // They show that the settings work, and are no items: no reply is about them.
  const proofs = [...document.querySelectorAll("[data-proof]")];
  const texts = ["by", "date", "remarks"].map(part);
  const reasons = new Map();

  // ---- Copying

  function copy_by_selection(element) {
    getSelection().selectAllChildren(element);
    return document.execCommand("copy");
  }

  async function copy(element, button) {
    let copied;
    try {
      await navigator.clipboard.writeText(element.textContent);
      copied = true;
    } catch {
      copied = copy_by_selection(element);
    }
    button.textContent = copied ? "Copied" : "Press Ctrl+C";
    button.classList.toggle("done", copied);
    if (!copied) getSelection().selectAllChildren(element);
    setTimeout(() => { button.textContent = "Copy"; button.classList.remove("done"); }, 2000);
  }

  for (const element of document.querySelectorAll(".want kbd, .copyable")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.ariaLabel = `Copy ${element.textContent}`;
    button.addEventListener("click", (event) => { event.preventDefault(); copy(element, button); });
    element.after(button);
  }

  // ---- What is kept in the browser: never a value of the page, only what the person at it has entered

  const place = `fincon.mail ${order.branch} ${order.order} ${order.ordered}`;

  function keep() {
    const state = {
      done: boxes.filter((box) => box.checked).map((box) => Number(box.dataset.item)),
      logins: logins.filter((box) => box.checked).map((box) => box.dataset.user),
      proofs: proofs.filter((box) => box.checked).map((box) => box.dataset.proof),
      texts: Object.fromEntries(texts.map((field) => [field.id, field.value])),
      reasons: Object.fromEntries(reasons),
    };
    try {
      localStorage.setItem(place, JSON.stringify(state));
    } catch {
      part("kept").textContent = "This browser keeps no ticks: do not close the page before you have sent the reply.";
    }
  }

  function restore() {
    let state;
    try {
      state = JSON.parse(localStorage.getItem(place));
    } catch {
      return;
    }
    if (!state) return;
    for (const box of boxes) box.checked = state.done.includes(Number(box.dataset.item));
    for (const box of logins) box.checked = state.logins.includes(box.dataset.user);
    // A page that was opened before the work order had this part has kept none.
    for (const box of proofs) box.checked = (state.proofs ?? []).includes(box.dataset.proof);
    for (const field of texts) field.value = state.texts[field.id] ?? "";
    for (const [item, reason] of Object.entries(state.reasons)) reasons.set(Number(item), reason);
  }

  // ---- The reply

  const one_line = (text) => text.replace(/\s+/g, " ").trim();

  function today() {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  }

  function reply() {
    const open = boxes.filter((box) => !box.checked).map((box) => Number(box.dataset.item));
    return {
      reply: 1,
      branch: order.branch,
      order: Number(order.order),
      ordered: order.ordered,
      done: boxes.filter((box) => box.checked).map((box) => Number(box.dataset.item)),
      not_done: open.map((item) => ({ item, reason: one_line(reasons.get(item) ?? "") })),
      by: one_line(part("by").value),
      date: part("date").value || today(),
      remarks: part("remarks").value.trim(),
    };
  }

  function numbers(items) {
    const runs = [];
    for (const item of items) {
      const last = runs.at(-1);
      if (last && last[1] === item - 1) last[1] = item; else runs.push([item, item]);
    }
    return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ") || "none";
  }

  function as_mail(made) {
    const head = [
      `Branch: ${made.branch}`,
      `Order: ${made.order} of ${made.ordered}`,
      `Done: ${numbers(made.done)}`,
      `Not done: ${numbers(made.not_done.map((entry) => entry.item))}`,
    ];
    return [
      `Reply to work order ${order.name}`,
      ...head,
      `Check: ${reply_code.check(head.join("\n"))}`,
      ...made.not_done.filter((entry) => entry.reason).map((entry) => `Reason ${entry.item}: ${entry.reason}`),
      `Name: ${made.by}`,
      `Date: ${made.date}`,
      `Remarks: ${made.remarks}`,
      "End of reply",
    ].join("\r\n").replace(/\r?\n/g, "\r\n");
  }

  /* The reply once it can be sent; else what is missing is said, and the place is shown. */
  function complete() {
    const missing = !part("by").value.trim();
    part("problem").textContent = "Give your name first.";
    part("problem").hidden = !missing;
    if (missing) part("by").focus();
    return missing ? null : reply();
  }

  part("file").addEventListener("click", () => {
    const made = complete();
    if (!made) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(made, null, 2) + "\n"], { type: "application/json" }));
    link.download = `${order.name}.reply.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });

  part("mail")?.addEventListener("click", () => {
    const made = complete();
    if (!made) return;
    const link = document.createElement("a");
    const subject = `Reply to work order ${order.name}`;
    link.href = `mailto:${encodeURIComponent(order.email).replace("%40", "@")}`
      + `?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(as_mail(made))}`;
    link.click();
  });

  // ---- What follows from the ticks

  function list_open(open) {
    const kept = part("reasons");
    const shown = [...kept.querySelectorAll("input")].map((field) => field.dataset.reason).join();
    if (shown === open.map((box) => box.dataset.item).join()) return;
    kept.replaceChildren(...open.map((box) => {
      const item = Number(box.dataset.item);
      const entry = document.createElement("li");
      const label = document.createElement("label");
      const field = document.createElement("input");
      label.textContent = `${item}. ${part(`item-${item}`).dataset.task}`;
      field.dataset.reason = item;
      field.maxLength = 300;
      field.value = reasons.get(item) ?? "";
      field.addEventListener("input", () => reasons.set(item, field.value));
      label.append(field);
      entry.append(label);
      return entry;
    }));
  }

  function show() {
    const open = boxes.filter((box) => !box.checked);
    part("count").textContent = `${boxes.length - open.length} of ${boxes.length} done`;
    part("part").value = boxes.length - open.length;
    for (const box of boxes) part(`item-${box.dataset.item}`).classList.toggle("finished", box.checked);
    part("all").hidden = open.length > 0;
    part("open").hidden = open.length === 0;
    if (part("by").value.trim()) part("problem").hidden = true;
    list_open(open);
    const code = reply_code.code(order.name, order.ordered, open.map((box) => Number(box.dataset.item)));
    part("code").textContent = code;
    part("spoken").hidden = !code;
  }

  addEventListener("input", () => { keep(); show(); });
  restore();
  part("progress").hidden = part("reply").hidden = false;
  show();
})();
