"""The scripts that the glyph set draws from: name, font, and the ranges of their letters in Unicode."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple


class Script(NamedTuple):
    name: str
    font: str  # path under the fonts' folder
    ranges: tuple[tuple[int, int], ...]  # first and last code point of each

    def letters(self) -> list[str]:
        """Returns the letters that stand alone: no marks, no accented forms of another letter."""
        found = [chr(code) for first, last in self.ranges for code in range(first, last + 1)]
        return [letter for letter in found if stands_alone(letter)]


def stands_alone(letter: str) -> bool:
    return (
        unicodedata.category(letter) in ("Lu", "Ll", "Lo")
        and not unicodedata.decomposition(letter)
        and " WITH " not in unicodedata.name(letter, "")
    )


def noto(family: str) -> str:
    return f"noto/Noto{family}-Regular.ttf"


KLEE = "klee/KleeOne-Regular.ttf"

SCRIPTS = [
    Script("Latin", noto("Sans"), ((0x41, 0x5A), (0x61, 0x7A), (0xC6, 0xFE), (0x180, 0x1BF))),
    Script("Greek", noto("Sans"), ((0x391, 0x3C9),)),
    Script("Cyrillic", noto("Sans"), ((0x402, 0x45F), (0x460, 0x481), (0x48A, 0x4FF))),
    Script("Armenian", noto("SansArmenian"), ((0x531, 0x556), (0x561, 0x586))),
    Script("Georgian", noto("SansGeorgian"), ((0x10A0, 0x10C5), (0x10D0, 0x10FA))),
    Script("Hebrew", noto("SansHebrew"), ((0x5D0, 0x5EA),)),
    Script("Arabic", noto("SansArabic"), ((0x620, 0x64A), (0x66E, 0x6D3))),
    Script("Thaana", noto("SansThaana"), ((0x780, 0x7B1),)),
    Script("Devanagari", noto("SansDevanagari"), ((0x904, 0x939), (0x960, 0x961), (0x972, 0x97F))),
    Script("Bengali", noto("SansBengali"), ((0x985, 0x9B9), (0x9E0, 0x9E1))),
    Script("Gurmukhi", noto("SansGurmukhi"), ((0xA05, 0xA39), (0xA5C, 0xA5C), (0xA72, 0xA74))),
    Script("Gujarati", noto("SansGujarati"), ((0xA85, 0xAB9), (0xAE0, 0xAE1))),
    Script("Oriya", noto("SansOriya"), ((0xB05, 0xB39), (0xB60, 0xB61), (0xB71, 0xB71))),
    Script("Tamil", noto("SansTamil"), ((0xB85, 0xBB9),)),
    Script("Telugu", noto("SansTelugu"), ((0xC05, 0xC39), (0xC58, 0xC61))),
    Script("Kannada", noto("SansKannada"), ((0xC85, 0xCB9), (0xCDE, 0xCE1))),
    Script("Malayalam", noto("SansMalayalam"), ((0xD05, 0xD3A), (0xD60, 0xD61), (0xD7A, 0xD7F))),
    Script("Sinhala", noto("SansSinhala"), ((0xD85, 0xDC6),)),
    Script("Thai", noto("SansThai"), ((0xE01, 0xE2E),)),
    Script("Tibetan", noto("SerifTibetan"), ((0xF40, 0xF6C),)),
    Script("Myanmar", noto("SansMyanmar"), ((0x1000, 0x102A), (0x1050, 0x1055), (0x105A, 0x105D), (0x1075, 0x1081))),
    Script("Khmer", noto("SansKhmer"), ((0x1780, 0x17B3),)),
    Script("Ethiopic", noto("SansEthiopic"), ((0x1200, 0x135A),)),
    Script("Cherokee", noto("SansCherokee"), ((0x13A0, 0x13F5),)),
    Script("Canadian Syllabics", noto("SansCanadianAboriginal"), ((0x1401, 0x166C),)),
    Script("Ogham", noto("SansOgham"), ((0x1681, 0x169A),)),
    Script("Runic", noto("SansRunic"), ((0x16A0, 0x16EA),)),
    Script("Mongolian", noto("SansMongolian"), ((0x1820, 0x1878),)),
    Script("Tai Tham", noto("SansTaiTham"), ((0x1A20, 0x1A54),)),
    Script("Balinese", noto("SansBalinese"), ((0x1B05, 0x1B33), (0x1B45, 0x1B4B))),
    Script("Glagolitic", noto("SansGlagolitic"), ((0x2C00, 0x2C2E),)),
    Script("Coptic", noto("SansCoptic"), ((0x2C80, 0x2CE3),)),
    Script("Tifinagh", noto("SansTifinagh"), ((0x2D30, 0x2D67),)),
    Script("Hiragana", KLEE, ((0x3042, 0x3093),)),
    Script("Katakana", KLEE, ((0x30A2, 0x30F3),)),
    Script("Yi", noto("SansYi"), ((0xA000, 0xA48C),)),
    Script("Vai", noto("SansVai"), ((0xA500, 0xA60B),)),
    Script("Bamum", noto("SansBamum"), ((0xA6A0, 0xA6E5),)),
    Script("Phags-pa", noto("SansPhagsPa"), ((0xA840, 0xA873),)),
    Script("Saurashtra", noto("SansSaurashtra"), ((0xA882, 0xA8B3),)),
    Script("Javanese", noto("SansJavanese"), ((0xA984, 0xA9B2),)),
    Script("Tai Viet", noto("SansTaiViet"), ((0xAA80, 0xAAAF),)),
    Script("Linear B", noto("SansLinearB"), ((0x10000, 0x1005D),)),
    Script("Shavian", noto("SansShavian"), ((0x10450, 0x1047F),)),
    Script("Cypriot", noto("SansCypriot"), ((0x10800, 0x1083F),)),
    Script("Kharoshthi", noto("SansKharoshthi"), ((0x10A10, 0x10A35),)),
    Script("Old Turkic", noto("SansOldTurkic"), ((0x10C00, 0x10C48),)),
    Script("Old Hungarian", noto("SansOldHungarian"), ((0x10C80, 0x10CB2),)),
    Script("Brahmi", noto("SansBrahmi"), ((0x11005, 0x11037),)),
    Script("Adlam", noto("SansAdlamUnjoined"), ((0x1E900, 0x1E943),)),
]
