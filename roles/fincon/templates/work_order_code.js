/* Copyright (c) 2026, fincon.mail contributors
 * GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The code of a reply and its check characters, as plugins/plugin_utils/_replies/codes.py reads them. docs/replies.md
 * describes them, and a test keeps the two together. */
"use strict";
const reply_code = (() => {
  const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  const LAST = 0x2bc830a3;
  const LONGEST = 20;

  function remainder(values) {
    let sum = 1;
    for (const value of values) {
      const top = sum >>> 25;
      sum = ((sum & 0x1ffffff) << 5) ^ value;
      GENERATOR.forEach((term, bit) => { if ((top >>> bit) & 1) sum ^= term; });
    }
    return sum >>> 0;
  }

  const letters = (values) => values.map((value) => LETTERS[value]).join("");

  /* The six characters that go with a text and with values of five bits. */
  function check(text, values = []) {
    const bytes = [...new TextEncoder().encode(text)];
    const all = [...bytes.map((byte) => byte >> 5), 0, ...bytes.map((byte) => byte & 31), ...values];
    const sum = remainder([...all, 0, 0, 0, 0, 0, 0]) ^ LAST;
    return letters([25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31));
  }

  /* What is read out: the day of the order and the items that are not done; empty when that is too long to be read out. */
  function code(name, ordered, not_done) {
    const day = (Date.parse(`${ordered}T00:00Z`) - Date.parse("2020-01-01T00:00Z")) / 86400000 % 1024;
    const mask = new Array(Math.ceil(Math.max(0, ...not_done) / 5)).fill(0);
    for (const item of not_done) mask[Math.floor((item - 1) / 5)] |= 1 << ((item - 1) % 5);
    if (mask.length > LONGEST) return "";
    const values = [day >> 5, day & 31, ...mask];
    return `${name} ${(letters(values) + check(name, values)).match(/.{1,4}/g).join("-")}`;
  }

  return { check, code };
})();
