#!/usr/bin/env python3
"""The packages of the image and their licences, as SPDX 2.3: image/spdx.py BASE TREE VERSION PROGRAM

A package's licences are those that its Debian copyright file names in the machine-readable form; where that form is not
used, the text of the file stands here as a licence of its own. The files are in the image too.
"""
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

NAMESPACE = "https://portreeve.org/spdx/"
# Debian's short names where SPDX has others; all versions of a family are there with `+` for "or later".
NAMES = {"apache-2.0": "Apache-2.0", "artistic": "Artistic-1.0-Perl", "bsd-2-clause": "BSD-2-Clause",
         "bsd-3-clause": "BSD-3-Clause", "bsd-4-clause": "BSD-4-Clause", "cc0-1.0": "CC0-1.0", "cc0": "CC0-1.0",
         "expat": "MIT", "mit": "MIT", "isc": "ISC", "zlib": "Zlib", "public-domain": "LicenseRef-public-domain",
         "boost-1.0": "BSL-1.0", "openssl": "OpenSSL", "bzip2": "bzip2-1.0.6", "0bsd": "0BSD", "x11": "X11"}
FAMILY = re.compile(r"(A?GPL|LGPL|GFDL|MPL)-?v?(\d)(?:\.(\d))?(\+)?$", re.IGNORECASE)
# What is linked into the program (README.md), and its versions in Debian 12.
LINKED = [("boost", "1.81", "BSL-1.0"), ("libnl3", "3.7", "LGPL-2.1-only"), ("libsystemd", "252", "LGPL-2.1-or-later"),
          ("tinyxml2", "9.0", "Zlib"), ("libcap2", "2.66", "BSD-3-Clause"), ("glibc", "2.36", "LGPL-2.1-or-later"),
          ("libstdc++", "12", "GPL-3.0-or-later WITH GCC-exception-3.1")]


def identifier(name):
    """SPDX's for Debian's short name of a licence; nothing where there is none."""
    if found := FAMILY.match(name):
        family, major, minor, later = found.groups()
        version = f"{major}.{minor or 0}"
        return f"{family.upper()}-{version}" + ("" if family.upper() == "MPL" else "-or-later" if later else "-only")
    return NAMES.get(name.lower())


class Licences:
    """Expressions for Debian's copyright files, and the texts of what they name that is not on SPDX's list."""

    def __init__(self):
        self.texts = {"LicenseRef-public-domain": "In the public domain."}

    def of(self, name, file):
        """Of a package, with its copyright file."""
        text = file.read_text(encoding="utf-8", errors="replace")
        lines = re.findall(r"^License:\s*(\S.*)$", text, re.MULTILINE) if "copyright-format" in text[:400] else []
        found = sorted({self._expression(line, name) for line in lines})
        return " AND ".join(found) if found else self._reference(f"copyright-{name}", text)

    def _expression(self, line, package_name):
        alternatives = []
        for alternative in re.split(r",?\s+or\s+|\s*\|\s*", line.strip(), flags=re.IGNORECASE):
            names = [identifier(name) or self._reference(name, f"So named in the copyright file of {package_name}.")
                     for name in re.split(r",?\s+and\s+|,\s*", alternative, flags=re.IGNORECASE) if name]
            alternatives.append(names[0] if len(names) == 1 else f"({' AND '.join(names)})")
        return alternatives[0] if len(alternatives) == 1 else f"({' OR '.join(alternatives)})"

    def _reference(self, name, text):
        reference = "LicenseRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-")
        self.texts.setdefault(reference, text)
        return reference


def package(name, version, declared, comment=None):
    entry = {"SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name), "name": name, "versionInfo": version,
             "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "licenseConcluded": "NOASSERTION",
             "licenseDeclared": declared, "copyrightText": "NOASSERTION"}
    return {**entry, "comment": comment} if comment else entry


def installed(base):
    """(package, version, source) of what Debian's package manager unpacked."""
    shown = subprocess.run(["dpkg-query", f"--admindir={base}/tree/var/lib/dpkg", "-W",
                            "-f", "${Package} ${Version} ${source:Package}\n"],
                           check=True, capture_output=True, text=True).stdout
    return [tuple(line.split()) for line in shown.splitlines()]


def main():
    base, tree, version, program = (pathlib.Path(argument) for argument in sys.argv[1:5])
    packages, licences = [], Licences()
    for name, its_version, source in installed(base):
        copyright_file = tree / "usr/share/doc" / name / "copyright"
        if not copyright_file.exists():
            continue  # an installer, whose files are left out
        packages.append(package(name, its_version, licences.of(name, copyright_file),
                                f"source {source}; licences: /usr/share/doc/{name}/copyright of the image"))
    kernel = next((base / "kernel").glob("*.deb")).name.split("_")
    packages.append(package(kernel[0], kernel[1], "GPL-2.0-only", "source linux"))
    digest = hashlib.sha256(program.read_bytes()).hexdigest()
    portreeve = package("portreeve", str(version), "Apache-2.0")
    packages.append({**portreeve, "checksums": [{"algorithm": "SHA256", "checksumValue": digest}]})
    packages += [package(f"portreeve-linked-{name}", its_version, licence) for name, its_version, licence in LINKED]
    created = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    image = package("portreeve-image", str(version), "NOASSERTION")
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"portreeve-image-{version}", "documentNamespace": f"{NAMESPACE}{version}-{digest[:16]}",
        "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: image/spdx.py"]},
        "packages": [image, *packages],
        "hasExtractedLicensingInfos": [{"licenseId": reference, "extractedText": text}
                                       for reference, text in sorted(licences.texts.items())],
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                           "relatedSpdxElement": image["SPDXID"]}] +
                         [{"spdxElementId": image["SPDXID"], "relationshipType": "CONTAINS",
                           "relatedSpdxElement": contained["SPDXID"]} for contained in packages]}
    json.dump(document, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
