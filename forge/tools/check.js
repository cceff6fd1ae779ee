// Validates forge/manifest.yml without a network: with Atlassian's validators, and with our rules for what these miss.
// Run by `python3 dev.py check`. `node forge/tools/check.js [manifest]`

const { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { dirname, join, resolve } = require("node:path");
const { ProcessorBuilder, ProductTriggerScopesValidator, ValidationTypes } = require("@forge/manifest");
const { faults, pageFaults } = require("./rules.js");

const PAGE = join(__dirname, "../shell/index.html");

const PACKAGE = dirname(require.resolve("@forge/manifest"));
const SCOPES = JSON.parse(readFileSync(join(PACKAGE, "mapping/product-event-to-scope-mapping.json"), "utf8"));
const SCHEMA = require("@forge/manifest/schema.json");

/** Return what our rules have to know of the platform, from the package of the validators. */
function platform() {
  const properties = {};
  for (const [kind, { items }] of Object.entries(SCHEMA.definitions.ModuleSchema.properties)) {
    const forms = items?.oneOf ?? [items ?? {}];
    properties[kind] = forms.flatMap((form) => Object.keys(form.properties ?? {}));
  }
  const events = SCOPES.mapping.map(({ productEvent, oAuthScopes }) => [productEvent, oAuthScopes.current]);
  return { events: Object.fromEntries(events), properties };
}

/** Copy the manifest to a folder where the files that it names are; of the ones that the build makes, only these. */
function lay(manifest, folder) {
  copyFileSync(manifest, join(folder, "manifest.yml"));
  cpSync(join(__dirname, "../locales"), join(folder, "locales"), { recursive: true });
  mkdirSync(join(folder, "app"));
  copyFileSync(PAGE, join(folder, "app", "index.html"));
  copyFileSync(join(__dirname, "../../static/icon.svg"), join(folder, "app", "icon.svg"));
}

async function main(manifest) {
  const folder = mkdtempSync(join(tmpdir(), "manifest-"));
  try {
    lay(manifest, folder);
    process.chdir(folder);
    // This includes what the validation of remotes checks; the scopes of events are a validation of their own.
    const full = await ProcessorBuilder.instance().withValidation(ValidationTypes.FULL).build().process();
    const found = [...(full.errors ?? [])];
    const read = full.manifestObject?.typedContent;
    if (read) {
      const scopes = await new ProductTriggerScopesValidator(SCOPES).validate(full.manifestObject);
      found.push(
        ...(scopes.errors ?? []),
        ...faults(read, platform()).map((message) => ({ message, line: 0 })),
      );
    }
    for (const { message, line } of found) console.log(`${manifest}:${line}: ${message}`);
    const page = pageFaults(readFileSync(PAGE, "utf8"));
    for (const message of page) console.log(`${PAGE}: ${message}`);
    process.exitCode = read && found.length + page.length === 0 ? 0 : 1;
  } finally {
    process.chdir(__dirname);
    rmSync(folder, { recursive: true });
  }
}

main(resolve(process.argv[2] ?? join(__dirname, "../manifest.yml")));
