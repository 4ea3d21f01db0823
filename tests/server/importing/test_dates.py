"""Dates as files write them."""

from datetime import UTC, date, datetime

import pytest

from server.importing.dates import ISO, date_reader


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        pytest.param("DD-Mon-YY", "02-Nov-04", date(2004, 11, 2), id="english-month"),
        pytest.param("DD-Mon-YY", "9-may-14", date(2014, 5, 9), id="any-case-and-one-digit"),
        pytest.param("DD-Mon-YY", "31-Dec-68", date(2068, 12, 31), id="last-short-year"),
        pytest.param("DD-Mon-YY", "01-Jan-69", date(1969, 1, 1), id="first-short-year"),
        pytest.param("MM/DD/YYYY", "11/02/2004", date(2004, 11, 2), id="american"),
        pytest.param("DD.MM.YYYY", "02.11.2004", date(2004, 11, 2), id="german"),
        pytest.param(ISO, "2004-11-02", date(2004, 11, 2), id="iso-day"),
        pytest.param(ISO, "2004-11-02 13:30", datetime(2004, 11, 2, 13, 30, tzinfo=UTC), id="utc"),
        pytest.param(
            ISO,
            "2004-11-02T13:30:00.123456Z",
            datetime(2004, 11, 2, 13, 30, 0, 123_000, tzinfo=UTC),
            id="milliseconds-as-notion-keeps-them",
        ),
    ],
)
def test_a_date_is_read_by_its_format(form: str, text: str, day: date) -> None:
    assert date_reader(form)(text) == day


@pytest.mark.parametrize(
    ("form", "text"),
    [
        pytest.param("DD-Mon-YY", "31-Feb-04", id="no-such-day"),
        pytest.param("DD-Mon-YY", "02-Okt-04", id="foreign-month"),
        pytest.param("DD-Mon-YY", "02-Nov-2004", id="long-year"),
        pytest.param("DD-Mon-YY", "2004-11-02", id="other-format"),
        pytest.param("DD.MM.YYYY", "02-11-2004", id="the-dot-is-a-dot"),
        pytest.param("DD/MM/YYYY", "٠٢/١١/٢٠٠٤", id="other-digits"),
        pytest.param(ISO, "soon", id="no-date"),
    ],
)
def test_what_is_no_date_of_the_format_is_refused(form: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        date_reader(form)(text)


@pytest.mark.parametrize("form", ["DD-MM", "DD-Mon-MM-YY", "yyyy-mm-dd"])
def test_a_format_names_day_month_and_year_once_each(form: str) -> None:
    with pytest.raises(ValueError, match=form):
        date_reader(form)
