// Writes what the pages load from other projects: htmx, Atlassian's design tokens and icons.
// Run `npm ci && node tools/vendor.js` after changing a version in package.json or naming another token in a style
// sheet, and commit what changes.

const { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const ROOT = join(__dirname, "..");
const MODULES = join(ROOT, "node_modules");
const STYLES = join(ROOT, "static", "css");
const VENDOR = join(ROOT, "static", "vendor");

// Our name of an icon, and the file of @atlaskit/icon that draws it.
const ICONS = {
  add: "add",
  bug: "bug",
  calendar: "calendar",
  chart: "chart-bar",
  check: "check-mark",
  "chevron-down": "chevron-down",
  "chevron-left": "chevron-left",
  "chevron-right": "chevron-right",
  "chevron-up": "chevron-up",
  clock: "clock",
  close: "cross",
  comment: "comment",
  copy: "copy",
  delete: "delete",
  "drag-handle": "drag-handle-vertical",
  edit: "edit",
  epic: "epic",
  error: "status-error",
  filter: "filter",
  grid: "grid",
  globe: "globe",
  help: "question-circle",
  information: "status-information",
  "link-external": "link-external",
  list: "list-bulleted",
  lock: "lock-locked",
  more: "show-more-horizontal",
  people: "people-group",
  person: "person",
  refresh: "refresh",
  search: "search",
  settings: "settings",
  star: "star-starred",
  "star-empty": "star-unstarred",
  story: "story",
  subtask: "subtasks",
  success: "status-success",
  suggestion: "lightbulb",
  table: "table",
  task: "task",
  undo: "undo",
  warning: "status-warning",
};

const THEMES = join(MODULES, "@atlaskit", "tokens", "dist", "cjs", "artifacts", "themes");
const versions = {};

rmSync(VENDOR, { recursive: true, force: true });
vendorHtmx();
vendorTokens();
vendorIcons();
write(join(VENDOR, "versions.json"), `${JSON.stringify(versions, null, 2)}\n`);

function vendorHtmx() {
  const from = packageFolder("htmx.org");
  const to = folder(VENDOR, "htmx");
  copyFileSync(join(from, "dist", "htmx.min.js"), join(to, "htmx.min.js"));
  copyFileSync(join(from, "LICENSE"), join(to, "LICENSE"));
}

// Jira sets data-color-mode and data-theme on <html>. Without the first the page follows the system. The second may
// name themes that are not ours, so dark is dark unless it says that this person's dark theme is the light one.
function vendorTokens() {
  const from = packageFolder("@atlaskit/tokens");
  copyFileSync(join(from, "LICENSE"), join(folder(VENDOR, "tokens"), "LICENSE"));
  const named = namedTokens();
  const light = theme("atlassian-light", named);
  const dark = theme("atlassian-dark", named);
  const always = ["spacing", "typography", "shape"].map((name) => theme(`atlassian-${name}`, named).body);
  const anyDark = 'html[data-color-mode="dark"]:not([data-theme~="dark:light"])';
  const unset = 'html:not([data-color-mode="light"], [data-color-mode="dark"])';
  write(
    join(folder(STYLES, "page"), "tokens.css"),
    [
      `/* @atlaskit/tokens ${versions["@atlaskit/tokens"]}, Apache-2.0; made by tools/vendor.js, not edited by hand. */`,
      `:root {${always.join("")}}`,
      `:root,\n${light.selector} {${light.body}}`,
      `${dark.selector},\n${anyDark} {${dark.body}}`,
      `@media (prefers-color-scheme: dark) {\n${unset} {${dark.body}}\n}`,
      "",
    ].join("\n"),
  );
}

// The package has four times as many tokens as our style sheets use, and every page loads what is written here.
function namedTokens() {
  const sheets = readdirSync(STYLES, { recursive: true }).filter((name) => name.endsWith(".css"));
  const used = sheets.flatMap((name) =>
    readFileSync(join(STYLES, name), "utf8").match(/(?<=var\()--ds-[\w-]+/g),
  );
  return new Set(used);
}

function theme(name, named) {
  const text = require(join(THEMES, name)).default.trim();
  const [, selector, body, rest] = text.match(/^([^{]*)\{([^}]*)\}\s*(.*)$/s);
  if (rest) throw new Error(`${name} holds more than one rule: look at what it became`);
  const lines = body.split("\n").map((line) => line.trim());
  const kept = lines.filter((line) => line && (!line.startsWith("--") || named.has(line.split(":")[0])));
  return { selector: selector.trim(), body: `\n${kept.join("\n")}\n` };
}

function vendorIcons() {
  const from = packageFolder("@atlaskit/icon");
  const to = folder(VENDOR, "icons");
  copyFileSync(join(from, "LICENSE"), join(to, "LICENSE"));
  const branches = Object.entries(ICONS).map(([name, file], index) => {
    const source = join(from, "svgs", "core", `${file}.svg`);
    // As a file of its own an SVG needs its namespace, which the package leaves to the page that inlines it.
    writeFileSync(
      join(to, `${file}.svg`),
      readFileSync(source, "utf8").replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '),
    );
    return `{%- ${index ? "elif" : "if"} name == "${name}" -%}${inside(readFileSync(source, "utf8"), file)}`;
  });
  write(join(folder(ROOT, "templates"), "_icons.html"), macro(branches, versions["@atlaskit/icon"]));
}

function inside(svg, file) {
  const match = svg
    .trim()
    .match(/^<svg width="16" height="16" fill="none" viewBox="0 0 16 16">(.*)<\/svg>$/s);
  if (!match) throw new Error(`${file}.svg is drawn on another canvas: the macro would distort it`);
  return match[1];
}

function macro(branches, version) {
  return `{# @atlaskit/icon ${version}, Apache-2.0; made by tools/vendor.js, not edited by hand. #}
{# An icon in the color of its text. With a label it is an image of that name, without one it is decoration. #}
{%- macro icon(name, label=None) -%}
<svg class="icon icon-{{ name }}" width="16" height="16" fill="none" viewBox="0 0 16 16" focusable="false"
{%- if label %} role="img" aria-label="{{ label }}"{% else %} aria-hidden="true"{% endif %}>
${branches.join("\n")}
{%- else -%}{{ no_such_icon[name] }}
{%- endif -%}
</svg>
{%- endmacro -%}
`;
}

function packageFolder(name) {
  const path = join(MODULES, name);
  versions[name] = require(join(path, "package.json")).version;
  return path;
}

function folder(...parts) {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

function write(path, text) {
  writeFileSync(path, text);
}
