"""CSV as people export it: byte order marks, quotes, other line ends, names that look like numbers."""

import pytest

from functions.maintenance.frames import read_frame


@pytest.mark.parametrize(
    "body",
    [
        "\ufeffa,b\r\n1,2\r\n",
        "a,b\r1,2\r",
        '"a","b"\n"1","2"\n',
        " a , b \n 1 , 2 \n",
        "a,b\n\n1,2\n\n",
        "a,b\n１,２\n",
    ],
)
def test_the_same_frame_in_other_writing_is_the_same(body: str) -> None:
    assert read_frame(body.encode()).columns == {"a": [1.0], "b": [2.0]}


def test_machines_whose_names_are_numbers_stay_apart() -> None:
    mixed = read_frame(b"machine,v\n1234567,1\n1234568,2\n007,3\n7a,4\n,5\n").columns["machine"]
    serials = read_frame(b"machine,v\n12345678901234567890,1\n12345678901234567891,2\n").columns["machine"]

    assert mixed == ["1234567", "1234568", "007", "7a", None]
    assert serials == ["12345678901234567890", "12345678901234567891"]


def test_a_quote_over_two_lines_is_one_value_and_the_refused_row_has_its_last_line() -> None:
    read = read_frame(b'a,b\n"x\ny",1\n2\n')

    assert (read.columns["a"], read.refused) == (["x\ny"], (4,))
