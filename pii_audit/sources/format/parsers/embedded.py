"""What an Office document of the ZIP kind carries beside its text: embedded files, and images with the place where they are shown."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from xml.etree.ElementTree import ParseError

from defusedxml.ElementTree import iterparse

from pii_audit.sources.format.isolated.frames import Part, PartKind, Sink
from pii_audit.sources.format.parsers.package_rest import PLUMBING, send_bytes, send_rest
from pii_audit.sources.format.parsers.pictures import LARGEST, Pictures
from pii_audit.sources.format.parsers.xml_parts import tree

_EMBEDDED = re.compile(r"(?:^|/)(?:embeddings/|Object[^/]*$|ObjectReplacements/)")
_REPLACEMENT = re.compile(r"(?:(?P<folder>.*)/)?ObjectReplacements/(?P<name>[^/]+)")
_STARVIEW = b"VCLMTF"
"""How LibreOffice's own metafile begins, in which it shows a chart or a sheet that stands in a part of its own and is read there."""
_IMAGE = re.compile(r"\.(?:png|jpe?g|jfif|gif|tiff?|bmp|emf|wmf|emz|wmz|webp|heic|svg|wdp)$", re.IGNORECASE)
_OF_OPEN_DOCUMENT = re.compile(r"(?:^|/)Pictures/[^/]+$")
_RELATIONS = re.compile(r"(?P<folder>(?:.*/)?)_rels/(?P<part>[^/]+)\.rels")
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_BROKEN = (ParseError, ValueError, KeyError, zipfile.BadZipFile)


def send_embedded(
    document: zipfile.ZipFile,
    sink: Sink,
    sheets: Mapping[str, str] | None = None,
    *,
    read: Collection[str] = (),
    aside: Iterable[str] = (),
) -> None:
    """Sends the files and images in a document, then what its other parts say.

    `sheets` are the names of sheets by the paths of their parts, `read` are the parts that were read, and `aside` is what their
    attributes say.
    """
    pictures = Pictures(sink)
    images: list[zipfile.ZipInfo] = []
    rest: list[zipfile.ZipInfo] = []
    for entry in document.infolist():
        if not entry.file_size or PLUMBING.search(entry.filename):
            continue
        if _IMAGE.search(entry.filename) or _OF_OPEN_DOCUMENT.search(entry.filename):
            images.append(entry)
        elif _is_shown_again(document, entry.filename):
            continue
        elif _EMBEDDED.search(entry.filename):
            sink.begin(Part(PartKind.FILE, entry.filename.rpartition("/")[2]))
            with document.open(entry) as stream:
                send_bytes(stream, sink)
        elif entry.filename not in read:
            rest.append(entry)
    places = _places(document, sheets or {}) if images else {}
    for entry in images:
        name = entry.filename.rpartition("/")[2]
        place = places.get(entry.filename)
        if entry.file_size > LARGEST:
            pictures.too_large()
        else:
            pictures.send(f"{place}!{name}" if place else name, document.read(entry))
    pictures.tell()
    send_rest(document, rest, aside, sink)


def _is_shown_again(document: zipfile.ZipFile, path: str) -> bool:
    """Whether a part is the picture of a document inside, in a form that nothing else writes."""
    found = _REPLACEMENT.fullmatch(path)
    if (
        found is None
        or "/".join(filter(None, (found["folder"], found["name"], "content.xml"))) not in document.namelist()
    ):
        return False
    with document.open(path) as stream:
        return stream.read(len(_STARVIEW)) == _STARVIEW


def relations(document: zipfile.ZipFile, part: str) -> dict[str, str]:
    """The parts to which a part of an OPC package refers, by the ids of the relations (ECMA-376-2, 6.5)."""
    folder, base = posixpath.split(part)
    try:
        found = tree(document.read(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"))
    except KeyError:
        return {}
    return {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
        for one in found.iter(_RELATIONSHIP)
        if one.get("TargetMode") != "External"
    }


def _places(document: zipfile.ZipFile, sheets: Mapping[str, str]) -> dict[str, str]:
    """Where images are shown first, by their paths: a sheet or a slide. A place that cannot be told is left out."""
    if "content.xml" in document.namelist():
        try:
            return dict(reversed(list(_in_open_document(document))))
        except _BROKEN:
            return {}
    shown: dict[str, list[str]] = {}
    for path in document.namelist():
        if found := _RELATIONS.fullmatch(path):
            part = found["folder"] + found["part"]
            try:
                for target in relations(document, part).values():
                    shown.setdefault(target, []).append(part)
            except _BROKEN:
                continue
    return {path: place for path in shown if (place := _place(path, shown, sheets))}


def _place(path: str, shown: Mapping[str, list[str]], sheets: Mapping[str, str]) -> str | None:
    """The nearest sheet or slide that refers to a part, by way of drawings, notes and layouts."""
    waiting, seen = [path], {path}
    for part in waiting:
        if slide := _SLIDE.fullmatch(part):
            return f"slide {slide[1]}"
        if part in sheets:
            return sheets[part]
        # In the order of slides: a layout is on many.
        for other in sorted(shown.get(part, ()), key=lambda one: (len(one), one)):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return None


def _in_open_document(document: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Images and the sheets or slides on which they stand."""
    place = None
    slides = 0
    with document.open("content.xml") as content:
        for event, element in iterparse(content, ("start", "end"), forbid_dtd=True):
            if event == "start" and element.tag == f"{_TABLE}table" and place is None:
                place = element.get(f"{_TABLE}name")
            elif event == "start" and element.tag == f"{_DRAW}page":
                slides += 1
                place = f"slide {slides}"
            elif event == "start" and element.tag == f"{_DRAW}image" and place:
                yield element.get(_LINK, "").removeprefix("./"), place
            elif event == "end" and element.tag == f"{_TABLE}table-row":
                element.clear()
            elif event == "end" and element.tag in (f"{_TABLE}table", f"{_DRAW}page"):
                place = None
                element.clear()
