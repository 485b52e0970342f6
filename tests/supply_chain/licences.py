"""The licences that installed packages state, and whether they fit a product under MIT."""

from dataclasses import dataclass
from importlib.metadata import Distribution

from boolean import Expression
from license_expression import ExpressionError, get_spdx_licensing

# Permissive, or with duties for their own files alone. Copyleft for the whole (GPL, AGPL, SSPL) is
# not among them, nor licences that forbid a use.
FITTING = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python", "ISC", "MIT",
    "MIT-0", "MPL-2.0", "OFL-1.1", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib",
}  # fmt: skip
BSD = "BSD License"  # two or three clauses: the classifier does not say which, and both fit
BY_CLASSIFIER = {
    "Apache Software License": "Apache-2.0",
    "BSD License": BSD,
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
CLASSIFIER = "License :: OSI Approved :: "
SPDX = get_spdx_licensing()


@dataclass(frozen=True)
class ReadByHand:
    """The licence of a package whose metadata state none that a program could read."""

    licence: str
    reason: str


READ_BY_HAND = {
    "antlr4-python3-runtime": ReadByHand("BSD-3-Clause", "states 'BSD'; the project's LICENSE.txt"),
    "arcp": ReadByHand("Apache-2.0", "states 'Apache License, Version 2.0', no SPDX name"),
    "asttokens": ReadByHand("Apache-2.0", "states 'Apache 2.0', no SPDX name"),
    "axe-playwright-python": ReadByHand("MIT", "states none; the text of its file LICENSE"),
    "protobuf": ReadByHand("BSD-3-Clause", "states '3-Clause BSD License', no SPDX name"),
    "rich-click": ReadByHand("MIT", "has the text of the licence where its name belongs"),
    "taskiq-dependencies": ReadByHand("MIT", "states none; the text of its file LICENSE"),
}


def licences_of(package: Distribution) -> list[str]:
    """What a package may be used under, all of it together; empty where nobody knows."""
    if stated := stated_licences(package):
        return stated
    known = READ_BY_HAND.get(package.name.lower())
    return [known.licence] if known else []


def stated_licences(package: Distribution) -> list[str]:
    """The licences in a package's metadata: an SPDX expression, or else its classifiers."""
    metadata = package.metadata
    for field in ("License-Expression", "License"):
        stated = metadata[field] if field in metadata else ""  # noqa: SIM401
        if is_spdx(stated):
            return [stated]
    classifiers = metadata.get_all("Classifier") or []
    names = [each.removeprefix(CLASSIFIER) for each in classifiers if each.startswith(CLASSIFIER)]
    return [BY_CLASSIFIER.get(name, name) for name in names]


def is_spdx(text: str) -> bool:
    """Whether a text is an expression of licences by the names of SPDX."""
    if not text or "\n" in text:
        return False
    try:
        SPDX.parse(text, validate=True, strict=True)
    except ExpressionError:
        return False
    return True


def fits(licence: str) -> bool:
    """Whether a product under MIT may have a part under this licence."""
    return licence == BSD or (is_spdx(licence) and _fits(SPDX.parse(licence)))


def _fits(part: Expression) -> bool:
    if isinstance(part, SPDX.AND):
        return all(_fits(each) for each in part.args)
    if isinstance(part, SPDX.OR):
        return any(_fits(each) for each in part.args)
    return part.key in FITTING
