"""The tables of ANSI/ASQ Z1.4 (MIL-STD-105E; ISO 2859-1:1989), single sampling by attributes.

Its plans lie along diagonals: one letter further down and one AQL column further left is the same acceptance number.
So a diagonal (place of the letter + place of the AQL) tells the plan; what departs from that is said by itself.
"""

from makoto.analytics.spc.acceptance_values import Level, Severity

LETTERS = "ABCDEFGHJKLMNPQRS"
AQLS = (
    *(0.010, 0.015, 0.025, 0.040, 0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0),
    *(15.0, 25.0, 40.0, 65.0, 100.0, 150.0, 250.0, 400.0, 650.0, 1000.0),
)
"""Per cent nonconforming up to 10; above, nonconformities per 100 units."""

_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
_REDUCED_SIZES = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)

LOT_SIZES = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
"""The largest lot of each row of table I; a last row is for all that is larger."""

CODE_LETTERS: dict[Level, str] = {
    Level.S1: "AAAABBBBCCCCDDD",
    Level.S2: "AAABBBCCCDDDEEE",
    Level.S3: "AABBCCDDEEFFGGH",
    Level.S4: "AABCCDEEFGGHJJK",
    Level.I: "AABCCDEFGHJKLMN",
    Level.II: "ABCDEFGHJKLMNPQ",
    Level.III: "BCDEFGHJKLMNPQR",
}

Numbers = tuple[int, int]


def _consecutive(*accept: int) -> tuple[Numbers, ...]:
    return tuple((each, each + 1) for each in accept)


_ZERO: Numbers = (0, 1)
_NORMAL = _consecutive(1, 2, 3, 5, 7, 10, 14, 21, 30, 44)
_TIGHTENED = (*_consecutive(1, 2, 3, 5, 8, 12, 18, 27, 41), None)
_REDUCED: tuple[Numbers, ...] = (
    *((0, 2), (1, 3), (1, 4), (2, 5), (3, 6), (5, 8), (7, 10), (10, 13)),
    *((14, 17), (21, 24)),
)
_REDUCED_A = _consecutive(1, 2, 3, 5, 7, 10, 14, 21, 30)
_REDUCED_B: tuple[Numbers, ...] = ((0, 2), (1, 3), (2, 4), (3, 5), *_consecutive(5, 7, 10, 14, 21, 30))

_FIRST = 17
_LAST_OF_ALL = 24
_LAST_LETTER_BEYOND = "E"
"""The two largest acceptance numbers stand in the rows A to E only."""


def size_of(letter: str, severity: Severity) -> int:
    """The sample size of a letter."""
    return (_REDUCED_SIZES if severity is Severity.REDUCED else _SIZES)[LETTERS.index(letter)]


def numbers_at(row: int, column: int, severity: Severity) -> Numbers | None:
    """Acceptance and rejection number of a cell; absent where an arrow stands."""
    diagonal = row + column
    match severity:
        case Severity.TIGHTENED:
            return _tightened(row, diagonal)
        case Severity.REDUCED:
            return _reduced(row, column, diagonal)
        case _:
            return _ZERO if diagonal == 14 and row < 16 else _along(_NORMAL, row, diagonal, _FIRST)


def _tightened(row: int, diagonal: int) -> Numbers | None:
    """One step stricter; S exists for AQL 0.025 alone, and A has no acceptance number 0."""
    if LETTERS[row] == "S":
        return (1, 2) if diagonal == _FIRST + 1 else None
    return _ZERO if diagonal == 15 and row else _along(_TIGHTENED, row, diagonal, _FIRST + 1)


def _reduced(row: int, column: int, diagonal: int) -> Numbers | None:
    if diagonal == 14:
        return _ZERO
    if row > 1:
        return _along(_REDUCED, row, diagonal, _FIRST)
    own = _REDUCED_B if row else _REDUCED_A
    place = diagonal - _FIRST
    return own[place] if 0 <= place < len(own) else None


def _along(plans: tuple[Numbers | None, ...], row: int, diagonal: int, first: int) -> Numbers | None:
    place = diagonal - first
    if not 0 <= place < len(plans) or (diagonal > _LAST_OF_ALL and LETTERS[row] > _LAST_LETTER_BEYOND):
        return None
    return plans[place] if LETTERS[row] != "S" else None


def rows_of(severity: Severity) -> int:
    """How many letters a table has."""
    return len(LETTERS) if severity is Severity.TIGHTENED else len(LETTERS) - 1


def is_up(row: int, column: int, severity: Severity) -> bool:
    """Whether the arrow of a cell without a plan points to the plan above; if not, below.

    Above: beyond the largest acceptance numbers, and just below acceptance number 0 (of tightened inspection only where
    no plan follows below). Where nothing lies that way, the other way.
    """
    above = any(numbers_at(each, column, severity) for each in range(row))
    below = any(numbers_at(each, column, severity) for each in range(row + 1, rows_of(severity)))
    if not (above and below):
        return above
    return severity is not Severity.TIGHTENED and row + column == 15
