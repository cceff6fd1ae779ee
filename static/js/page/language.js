// Sentences in the reader's language. Scripts contain them in English; the others come from the server once, in one file.
import { host } from "../host/host.js";

/** By English text; those that depend on a number by the categories of Intl.PluralRules.
 * @type {Record<string, string | Record<string, string>>} */
const sentences = {};

const page = document.documentElement;

/** Read the sentences of the page's language; on failure the scripts stay English. */
async function read() {
  const address = page.dataset.sentences;
  const answer = address ? await host().fetch(address) : null;
  const found = answer?.ok ? await answer.json() : {};
  if (address !== page.dataset.sentences) return; // The language changed meanwhile.
  for (const english of Object.keys(sentences)) delete sentences[english];
  Object.assign(sentences, found);
  // What was shown before is in English: modules that show sentences when a page opens show them again.
  document.dispatchEvent(new CustomEvent("sentences:read"));
}

read().catch(() => undefined);

// A first page does not wait for Jira. If Jira then names another language, the whole page is loaded again in that one.
document.addEventListener("page-language", (event) => {
  const { lang, dir, sentences: address } = /** @type {CustomEvent} */ (event).detail;
  Object.assign(page, { lang, dir });
  page.dataset.sentences = address;
  read().catch(() => undefined);
});

/** Return a number of things with its digits grouped, as sentences from the server have it.
 * @param {number} count */
const grouped = (count) => count.toLocaleString(page.lang, { numberingSystem: "latn" });

/** Return a pattern with its values in braces filled in.
 * @param {string} pattern
 * @param {Record<string, string | number>} values */
const fill = (pattern, values) =>
  pattern.replace(/\{(\w+)\}/g, (place, name) => {
    const value = values[name] ?? place;
    return typeof value === "number" ? grouped(value) : value;
  });

/** Return a sentence in the reader's language.
 * @param {string} pattern its English text, with values in braces
 * @param {Record<string, string | number>} [values] */
export function t(pattern, values = {}) {
  const found = sentences[pattern];
  return fill(typeof found === "string" ? found : pattern, values);
}

/** Return a sentence about `count` things; `{count}` is the number.
 * @param {string} one the English singular
 * @param {string} other the English plural
 * @param {number} count
 * @param {Record<string, string | number>} [values] */
export function tn(one, other, count, values = {}) {
  const found = sentences[one];
  const forms = typeof found === "object" ? found : { one, other };
  const rule = new Intl.PluralRules(typeof found === "object" ? page.lang : "en").select(count);
  return fill(forms[rule] ?? forms.other, { count, ...values });
}

/** Return names in a row without “and”, as the server's `list_values`: “a, b”, in Japanese “a、b”.
 * @param {string[]} words */
export function listed(words) {
  const parts = new Intl.ListFormat(page.lang).formatToParts(["a", "b", "c"]);
  return words.join(parts[1].value);
}

// After a choice of another language the whole page is loaded again.
document.addEventListener("htmx:after:swap", () => {
  const link = document.querySelector("#dialog a[data-follow]");
  if (link instanceof HTMLAnchorElement) link.click();
});
