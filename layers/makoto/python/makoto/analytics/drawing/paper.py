"""What is drawn on: format, size and language; and the colours, chosen to be told apart by the colour-blind."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from makoto.domain.value import Value

BLUE, VERMILION, ORANGE, GREEN, SKY = "#0072B2", "#D55E00", "#E69F00", "#009E73", "#56B4E9"
"""Okabe and Ito, Color Universal Design, 2008."""

INK, MUTED, FAINT, GRID = "#1F2933", "#52606D", "#9AA5B1", "#E4E7EB"


class Format(StrEnum):
    """SVG scales and is searched; PNG goes into mails and reports."""

    SVG = "svg"
    PNG = "png"


class Language(StrEnum):
    """Of the words that a drawing adds; titles and names are the caller's."""

    EN = "en"
    JA = "ja"


class Paper(Value):
    """`width` and `height` in inches, at 100 dots an inch in PNG."""

    format: Format = Format.SVG
    language: Language = Language.EN
    width: Annotated[float, Field(ge=3, le=30)] = 10.0
    height: Annotated[float, Field(ge=2, le=30)] = 5.6


SCREEN = Paper()
MEDIA_TYPES = {Format.SVG: "image/svg+xml", Format.PNG: "image/png"}
