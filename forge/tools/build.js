// Builds the Forge app's page into forge/app: our modules with Atlassian's bridge, the style sheets, htmx, and the icon.
// Run by `python3 dev.py forge build`. `node forge/tools/build.js [folder]`
//
// The folder is not committed: the license of @forge/bridge does not allow it.

const { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } = require("node:fs");
const { basename, join, resolve } = require("node:path");
const { build } = require("esbuild");

const FORGE = join(__dirname, "..");
const ROOT = join(FORGE, "..");

/** Return the server's address of each module's page, by its key, with parameters in braces. */
function pages() {
  const { modules } = JSON.parse(readFileSync(join(ROOT, "atlassian-connect.json"), "utf8"));
  const found = [...modules.generalPages, modules.configurePage].map(({ key, url }) => [key, url]);
  const panels = modules.jiraIssueContexts.map(({ key, target }) => [key, target.url]);
  return Object.fromEntries([...found, ...panels]);
}

/** Return what the page says if it cannot be opened, by locale. */
function unopened() {
  const folder = join(FORGE, "locales");
  const read = (file) => JSON.parse(readFileSync(join(folder, file), "utf8")).unopened;
  return Object.fromEntries(readdirSync(folder).map((file) => [basename(file, ".json"), read(file)]));
}

async function main(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const common = { bundle: true, minify: true, logLevel: "warning", outdir: folder, absWorkingDir: ROOT };
  await build({
    ...common,
    entryPoints: [join(FORGE, "shell", "app.js")],
    format: "esm",
    splitting: true,
    target: "es2022",
    nodePaths: [join(FORGE, "node_modules")],
    define: {
      "globalThis.PAGES": JSON.stringify(pages()),
      "globalThis.UNOPENED": JSON.stringify(unopened()),
      "process.env.NODE_ENV": '"production"',
    },
  });
  await build({
    ...common,
    entryPoints: [{ in: join(ROOT, "static", "css", "main.css"), out: "app" }],
    loader: { ".svg": "dataurl" },
  });
  copyFileSync(join(FORGE, "shell", "index.html"), join(folder, "index.html"));
  copyFileSync(join(ROOT, "static", "vendor", "htmx", "htmx.min.js"), join(folder, "htmx.min.js"));
  copyFileSync(join(ROOT, "static", "icon.svg"), join(folder, "icon.svg"));
}

main(resolve(process.argv[2] ?? join(FORGE, "app"))).catch((error) => {
  console.error(String(error.message ?? error));
  process.exitCode = 1;
});
