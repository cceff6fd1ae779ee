"""Write the software bill of materials: all third-party parts of a release, as CycloneDX 1.6 JSON.

Python packages come from requirements/app.txt with their hashes, front-end files from
static/vendor/versions.json. The same checkout gives the same file, so it contains no creation time.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from timesheet.version import VERSION
from tools.licenses import rows
from tools.locks import hashes, pins
from tools.project import ROOT

NAME = "open-timesheet"
VENDORED_LICENSES = {"htmx.org": "0BSD", "@atlaskit/tokens": "Apache-2.0", "@atlaskit/icon": "Apache-2.0"}


def bill_of_materials() -> str:
    """Return the document as text. Raise ValueError if it violates the CycloneDX schema."""
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"{NAME}@{VERSION}"))
    bom.metadata.component = Component(
        name=NAME,
        version=VERSION,
        type=ComponentType.APPLICATION,
        bom_ref=NAME,
        licenses=[LicenseExpression("Apache-2.0")],
    )
    components = [*python_components(), *vendored_components()]
    bom.components.update(components)
    bom.register_dependency(bom.metadata.component, components)
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    del document["metadata"]["timestamp"]
    text = json.dumps(document, indent=2, sort_keys=True)
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if error:
        raise ValueError(str(error))
    return f"{text}\n"


def python_components() -> Iterator[Component]:
    """Yield every package of requirements/app.txt, with its license if it is installed here."""
    lock = (ROOT / "requirements" / "app.txt").read_text()
    licenses = {name: terms for name, terms, _ in rows()}
    for name, version in pins(lock).items():
        yield Component(
            name=name,
            version=version,
            bom_ref=f"pypi:{name}",
            purl=PackageURL("pypi", name=name, version=version),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=value) for value in hashes(lock, name)],
            licenses=[LicenseFactory().make_from_string(licenses[name])] if name in licenses else [],
        )


def vendored_components() -> Iterator[Component]:
    """Yield every npm package whose files are under static/vendor."""
    for name, version in json.loads((ROOT / "static" / "vendor" / "versions.json").read_text()).items():
        scope, _, bare = name.rpartition("/")
        yield Component(
            name=bare,
            group=scope or None,
            version=version,
            bom_ref=f"npm:{name}",
            purl=PackageURL("npm", namespace=scope or None, name=bare, version=version),
            licenses=[LicenseExpression(VENDORED_LICENSES[name])],
        )


if __name__ == "__main__":
    sys.stdout.write(bill_of_materials())
