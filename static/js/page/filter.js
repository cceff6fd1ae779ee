// The search box of a list of check boxes hides the entries whose text, or head in a table, does not contain the typed text,
// whatever its case and accents. Checked ones stay. A long list is searched by the server, and names no entries.
import { all, closest, first } from "./elements.js";
import { tn } from "./language.js";
import { say } from "./live.js";

const BOX = "[data-filters]";

/** Letters that Unicode does not take apart into a plain one and an accent.
 * @type {Record<string, string>} */
const LETTERS = { ł: "l", ø: "o", đ: "d", ħ: "h", ı: "i", æ: "ae", œ: "oe", ð: "d", þ: "th", ß: "ss" };

/** From katakana to the hiragana of the same syllable. */
const TO_HIRAGANA = -0x60;

/** Return a text without its case and accents, and with one kind of Japanese syllables, as the server does.
 * @param {string} text */
const plain = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[łøđħıæœðþß]/g, (letter) => LETTERS[letter])
    .replace(/[ァ-ヶ]/g, (katakana) => String.fromCharCode(katakana.charCodeAt(0) + TO_HIRAGANA));

document.addEventListener("input", (event) => {
  const box = closest(event.target, BOX, HTMLInputElement);
  if (!box?.dataset.filters) return;
  const query = plain(box.value.trim());
  let count = 0;
  for (const entry of all(document, box.dataset.filters ?? "", HTMLElement)) {
    const checked = first(entry, "input", HTMLInputElement)?.checked;
    const { textContent } = first(entry, "th", HTMLElement) ?? entry;
    entry.hidden = !checked && !plain(textContent ?? "").includes(query);
    if (!entry.hidden) count += 1;
  }
  const people = tn("{count} person", "{count} people", count);
  say(box.dataset.entries === "people" ? people : tn("{count} choice", "{count} choices", count));
});

// Enter in the search box does not show the report, or change members, before anything is chosen.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && closest(event.target, BOX, HTMLInputElement)) {
    if (!event.ctrlKey && !event.metaKey) event.preventDefault();
  }
});
