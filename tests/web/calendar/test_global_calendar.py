"""The year of a global calendar: a draft in the form, its changes in words, and sources of days."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.test import TestResponse

from tests.services.support.team_scene import ADMIN, ANN, LEAD, TeamScene
from tests.web.support.configuring import Admin, fields_of
from timesheet.domain.calendar.global_calendar import GlobalCalendar, NonWorkingDay, Part
from timesheet.services.ports.calendar import LARGEST_FILE
from timesheet.services.ports.settings import PersonSettings

CHRISTMAS = "2026-12-25\twhole\tpublic-holiday\tChristmas Day"
EVE = "2026-12-24\tafternoon\tpublic-holiday\tChristmas Eve"


@pytest.fixture
def bavaria(admin: Admin) -> dict[str, object]:
    """Return the form of a stored calendar; ``saved`` stores one in the way of an admin, which takes longer."""
    days = (
        NonWorkingDay(date(2026, 12, 24), "Christmas Eve", "public-holiday", Part.AFTERNOON),
        NonWorkingDay(date(2026, 12, 25), "Christmas Day", "public-holiday"),
    )
    admin.arrange(lambda scene: scene.stores.calendars.save(GlobalCalendar("bavaria", "Bavaria", days)))
    return admin.form("calendars/bavaria")


def saved(admin: Admin, name: str, *days: str) -> dict[str, object]:
    form = admin.form("calendars/new", name=name, days="\n".join(days))
    assert admin.post("calendars", form).status_code == 200
    return admin.form(f"calendars/{form['id']}")


def stored(admin: Admin, form: dict[str, object]) -> GlobalCalendar:
    return admin.arrange(lambda scene: scene.stores.calendars.get(str(form["id"])))


def test_the_year_shows_days_with_color_letter_and_words(admin: Admin, bavaria: dict[str, object]) -> None:
    text = admin.get(f"calendars/{bavaria['id']}").text
    assert text.count('role="grid"') == 12
    assert text.count("data-date=") == 365
    assert "Friday, 25 December 2026: Public holiday (Christmas Day)" in text
    assert "Thursday, 24 December 2026: Public holiday (Christmas Eve), afternoon" in text
    assert '<td class="year-day am-purple pm-purple" data-date="2026-12-25"' in text
    assert '<td class="year-day pm-purple" data-date="2026-12-24"' in text
    assert str(bavaria["days"]).splitlines() == [EVE, CHRISTMAS]
    assert "Nothing to save" in text


def test_the_list_leads_to_a_year_without_days(admin: Admin, bavaria: dict[str, object]) -> None:
    row = admin.get("calendars").text.partition(f'id="calendar-{bavaria["id"]}"')[2]
    assert '<td class="number" data-label="Days off in 2026">2</td>' in row
    assert 'none yet<span class="sr-only"> Bavaria: add the days off in 2027</span>' in row
    assert f'hx-get="/configure/calendars/{bavaria["id"]}?year=2027"' in row
    assert '<h3 id="year-title">2027</h3>' in admin.get(f"calendars/{bavaria['id']}", year="2027").text


def choose_language(admin: Admin, code: str) -> None:
    with admin.site.app.app_context():
        deps, key = admin.site.app.extensions["timesheet"], admin.site.site.client_key
        deps.operation.transaction.enter(key)
        deps.stores.settings_of(key).save_person(ADMIN, PersonSettings(language=code))
        deps.operation.transaction.commit()


def test_the_year_is_written_as_the_language_does(admin: Admin, bavaria: dict[str, object]) -> None:
    assert '<h3 id="year-title">2026</h3>' in admin.get(f"calendars/{bavaria['id']}").text
    choose_language(admin, "ja")
    assert '<h3 id="year-title">2026年</h3>' in admin.get(f"calendars/{bavaria['id']}").text


def test_a_draft_shows_what_would_change_and_stores_nothing(admin: Admin, bavaria: dict[str, object]) -> None:
    draft = bavaria | {"days": "2026-01-01\twhole\tpublic-holiday\tNew Year\n" + EVE.replace("Eve", "Night")}
    answer = admin.post("calendars/draft", draft)
    assert answer.status_code == 200
    assert 'data-changes="3"' in answer.text
    assert "3 days will change" in answer.text
    for kind in ("added", "changed", "removed"):
        assert answer.text.count(f'<li class="{kind}">') == 1
    assert "2 days off in 2026" in answer.text
    assert stored(admin, bavaria).version == 1


def test_a_draft_goes_along_to_another_year(admin: Admin, bavaria: dict[str, object]) -> None:
    draft = bavaria | {"days": f"{CHRISTMAS}\n2027-01-01\twhole\tpublic-holiday\tNew Year", "go": "2027"}
    answer = admin.post("calendars/year", draft)
    form = fields_of(answer.text)
    assert form["year"] == "2027"
    assert str(form["days"]).count("\n") == 1
    assert 'data-changes="2"' in answer.text
    assert "Friday, 1 January 2027: Public holiday (New Year)" in answer.text


def test_what_a_click_marks_outlives_a_change_of_the_year(admin: Admin, bavaria: dict[str, object]) -> None:
    assert (bavaria["mark"], bavaria["part"]) == ("public-holiday", "whole")
    for mark, part in (("vacation", "morning"), ("", "afternoon")):
        chosen = bavaria | {"mark": mark, "part": part, "go": "2027"}
        form = fields_of(admin.post("calendars/year", chosen).text)
        assert (form["mark"], form["part"]) == (mark, part)
    unknown = bavaria | {"mark": "out-of-team", "part": "evening"}
    form = fields_of(admin.post("calendars/year", unknown).text)
    assert (form["mark"], form["part"]) == ("public-holiday", "whole")


def test_a_stale_save_lists_what_it_would_change_in_the_other_one(
    admin: Admin, bavaria: dict[str, object]
) -> None:
    new_year = "2026-01-01\twhole\tpublic-holiday\tNew Year"
    assert admin.post("calendars", bavaria | {"days": f"{new_year}\n{CHRISTMAS}"}).status_code == 200
    answer = admin.post("calendars", bavaria | {"name": "Bavaria, mine"})
    assert answer.status_code == 409
    form = fields_of(answer.text)
    assert form["version"] == "2"
    assert "Currently saved: <b>Bavaria</b>" in answer.text
    assert 'data-changes="2"' in answer.text
    assert "Thursday, 1 January 2026" in answer.text
    assert admin.post("calendars", form).status_code == 200
    assert [day.date.month for day in stored(admin, bavaria).days] == [12, 12]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ("nonsense", "out of date"),
        ("2026-13-01\twhole\tpublic-holiday\tx", "out of date"),
        ("2026-12-25\tevening\tpublic-holiday\tx", "out of date"),
        ("2026-12-25\twhole\t../x\tx", "out of date"),
        (f"{CHRISTMAS}\n{CHRISTMAS}", "is in the calendar twice"),
        (f"{EVE}\n{EVE.replace('afternoon', 'whole')}", "is in the calendar twice"),
        ("2026-12-25\twhole\tunclassified\tx", "cannot be chosen"),
        ("2026-12-25\twhole\tpublic-holiday\t ", "name"),
        ("2026-12-25\twhole\tpublic-holiday\t" + "x" * 150, "at most 100"),
    ],
)
def test_days_that_cannot_be_kept_are_refused_whole(
    admin: Admin, bavaria: dict[str, object], days: str, words: str
) -> None:
    answer = admin.post("calendars", bavaria | {"days": days})
    assert answer.status_code == 422
    assert words in answer.text
    assert stored(admin, bavaria).version == 1


@pytest.mark.parametrize("year", ["1970", "9999", "x", "-2026", "２０２６"])
def test_years_out_of_reach_are_refused(admin: Admin, bavaria: dict[str, object], year: str) -> None:
    assert admin.post("calendars/year", bavaria | {"go": year}).status_code == 422
    assert admin.get(f"calendars/{bavaria['id']}", year=year).status_code == 422


@pytest.mark.parametrize("year", ["1971", "2101", "9998"])
def test_each_year_of_a_file_can_be_shown(admin: Admin, bavaria: dict[str, object], year: str) -> None:
    answer = admin.post("calendars/year", bavaria | {"go": year})
    assert answer.status_code == 200
    assert f"{year}-12-30" in answer.text


def test_holidays_are_shown_before_they_are_taken(admin: Admin, bavaria: dict[str, object]) -> None:
    first = admin.post("calendars/holidays", bavaria)
    assert '<option value="DE">Germany</option>' in first.text
    assert "take-offer" not in first.text
    chosen = bavaria | {"country": "DE", "region": "BY", "holiday_year": "2026", "language": "en_US"}
    offer = admin.post("calendars/holidays", chosen)
    assert '<option value="BY" selected>Bayern</option>' in offer.text
    assert 'name="language"' in offer.text
    in_one_language = admin.post("calendars/holidays", bavaria | {"country": "NZ"})
    assert '<option value="NZ" selected>New Zealand</option>' in in_one_language.text
    assert 'name="language"' not in in_one_language.text
    assert "1 already added" in offer.text
    assert "Corpus Christi" in offer.text
    assert stored(admin, bavaria).version == 1
    taken = admin.post("calendars/take", bavaria | {"offered": offered(offer.text)})
    assert "Corpus Christi" in taken.text
    assert '<hx-partial hx-target="#dialog"' in taken.text
    assert stored(admin, bavaria).version == 1
    assert admin.post("calendars", fields_of(taken.text)).status_code == 200
    assert "Corpus Christi" in [day.title for day in stored(admin, bavaria).days]


@pytest.mark.parametrize(
    ("region", "typed", "name"), [("BY", "", "Bayern"), ("", "", "Germany"), ("", "Ours", "Ours")]
)
def test_a_calendar_without_a_name_gets_that_of_the_place(
    admin: Admin, region: str, typed: str, name: str
) -> None:
    form = admin.form("calendars/new", name=typed)
    offer = admin.post(
        "calendars/holidays", form | {"country": "DE", "region": region, "holiday_year": "2026"}
    ).text
    place = offer.split('name="place" value="')[1].split('"')[0]
    taken = admin.post("calendars/take", form | {"offered": offered(offer), "place": place}).text
    assert fields_of(taken)["name"] == name
    assert admin.post("calendars", fields_of(taken)).status_code == 200


def offered(html: str) -> str:
    start = html.index('<textarea name="offered"')
    return html[html.index(">", start) + 1 : html.index("</textarea>", start)].replace("&#39;", "'")


def test_a_region_of_another_country_is_forgotten_and_a_far_year_refused(
    admin: Admin, bavaria: dict[str, object]
) -> None:
    moved = admin.post("calendars/holidays", bavaria | {"country": "FR", "region": "BY"})
    assert moved.status_code == 200
    assert 'value="BY" selected' not in moved.text
    far = admin.post("calendars/holidays", bavaria | {"country": "DE", "holiday_year": "3000"})
    assert far.status_code == 422
    assert 'id="holiday-year-error"' in far.text
    unknown = admin.post("calendars/holidays", bavaria | {"country": "XX"})
    assert unknown.status_code == 422
    assert "Choose a country" in unknown.text


def test_where_a_day_holds_something_else_only_what_is_chosen_is_replaced(
    admin: Admin, bavaria: dict[str, object]
) -> None:
    feast = "2026-12-25\twhole\tvacation\tFeast"
    values = bavaria | {"offered": feast}
    kept = fields_of(admin.post("calendars/take", values).text)
    assert "Feast" not in str(kept["days"])
    replaced = fields_of(admin.post("calendars/take", values | {"replace": "2026-12-25"}).text)
    assert "Feast" in str(replaced["days"])
    assert "Christmas Day" not in str(replaced["days"])
    assert admin.post("calendars/take", values | {"replace": "x"}).status_code == 422


def test_a_year_is_copied_without_the_day_that_the_next_one_lacks(admin: Admin) -> None:
    form = saved(
        admin, "Leap", "2028-02-29\twhole\tpublic-holiday\tLeap day", "2028-05-01\twhole\tvacation\tMay"
    )
    answer = admin.post("calendars/copy", form | {"year": "2028"})
    assert "Left out, as there is no such day: Tuesday, 29 February 2028" in answer.text
    assert offered(answer.text) == "2029-05-01\twhole\tvacation\tMay"


def test_the_name_of_a_file_keeps_its_letters(admin: Admin) -> None:
    days = (NonWorkingDay(date(2026, 1, 1), "元日", "public-holiday"),)
    admin.arrange(lambda scene: scene.stores.calendars.save(GlobalCalendar("japan", "日本 2026", days)))
    answer = admin.get("calendars/japan/file")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"2026.ics\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC-2026.ics"
    )


def test_a_file_is_exported_and_imported_again(admin: Admin, bavaria: dict[str, object]) -> None:
    answer = admin.get(f"calendars/{bavaria['id']}/file")
    assert answer.mimetype == "text/calendar"
    assert 'filename="Bavaria.ics"' in answer.headers["Content-Disposition"]
    fresh = admin.form("calendars/new")
    imported = upload(admin, fresh, answer.data)
    assert imported.status_code == 200
    assert offered(imported.text) == f"{EVE}\n{CHRISTMAS}"
    there = upload(admin, bavaria, answer.data)
    assert "All of them are already added" in there.text


def test_the_absence_types_in_a_file_are_in_the_language_of_the_reader(
    admin: Admin, bavaria: dict[str, object]
) -> None:
    choose_language(admin, "de")
    file = admin.get(f"calendars/{bavaria['id']}/file").data.decode()
    assert "CATEGORIES:Feiertag" in file
    assert "Public holiday" not in file


def test_events_that_repeat_are_offered_for_the_year_shown(admin: Admin, bavaria: dict[str, object]) -> None:
    series = b"BEGIN:VEVENT\nDTSTART:20201225\nRRULE:FREQ=YEARLY\nSUMMARY:Christmas\nEND:VEVENT\n"
    data = b"BEGIN:VCALENDAR\n%bEND:VCALENDAR\n" % series
    answer = upload(admin, bavaria | {"year": 2030}, data)
    assert offered(answer.text) == "2030-12-25\twhole\tpublic-holiday\tChristmas"
    assert "read for 2030" in answer.text


def test_a_day_without_a_title_is_named_in_the_language_of_the_reader(
    admin: Admin, bavaria: dict[str, object]
) -> None:
    choose_language(admin, "de")
    data = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260707\nEND:VEVENT\nEND:VCALENDAR\n"
    assert offered(upload(admin, bavaria, data).text) == "2026-07-07\twhole\tpublic-holiday\tFreier Tag"


def upload(admin: Admin, form: dict[str, object], data: bytes, file: str = "days.ics") -> TestResponse:
    """Return the form with a file, encoded as by a browser."""
    head = 'Content-Disposition: form-data; name="{}"'
    parts = [(head.format(name), str(value).encode()) for name, value in form.items()]
    parts.append((f'{head.format("file")}; filename="{file}"\r\nContent-Type: text/calendar', data))
    body = b"".join(b"--edge\r\n%b\r\n\r\n%b\r\n" % (name.encode(), value) for name, value in parts)
    return admin.browser.site.client.post(
        "/configure/calendars/import",
        data=body + b"--edge--\r\n",
        content_type="multipart/form-data; boundary=edge",
        headers=admin.browser.headers,
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"nonsense", "Line 1: "),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20261301\n", "Line 3: "),
        (b"x" * (LARGEST_FILE + 1), "KiB"),
    ],
    ids=["nonsense", "month 13", "large"],
)
def test_a_bad_file_is_refused_and_says_where(
    admin: Admin, bavaria: dict[str, object], data: bytes, words: str
) -> None:
    answer = upload(admin, bavaria, data)
    assert answer.status_code == 422
    assert words in answer.text
    assert "take-offer" not in answer.text


@pytest.mark.parametrize(("file", "words"), [("", "Choose a file."), ("days.ics.exe", "ends in .ics")])
def test_a_file_goes_by_the_name_of_what_it_is(
    admin: Admin, bavaria: dict[str, object], file: str, words: str
) -> None:
    answer = upload(admin, bavaria, b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", file)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_file_is_required_first(admin: Admin, bavaria: dict[str, object]) -> None:
    assert "Import an iCalendar file" in admin.post("calendars/import", bavaria).text


def test_a_calendar_in_use_needs_another_in_its_place(admin: Admin, bavaria: dict[str, object]) -> None:
    def follow(scene: TeamScene) -> None:
        team = scene.team("Payments", LEAD)
        scene.join(team, ANN, calendar_id=bavaria["id"])

    admin.arrange(follow)
    address = f"calendars/{bavaria['id']}/delete"
    assert "1 person in Payments" in admin.get("calendars").text
    assert "Create a replacement calendar first" in admin.get(address).text
    austria = saved(admin, "Austria")
    assert f'<option value="{austria["id"]}">Austria</option>' in admin.get(address).text
    refused = admin.post(address, {"replacement": ""})
    assert refused.status_code == 422
    assert 'id="replacement-error"' in refused.text
    assert admin.post(address, {"replacement": austria["id"]}).status_code == 200
    members = admin.arrange(lambda scene: scene.stores.calendars.used_by(str(austria["id"])))
    assert [member.account_id for member in members] == [ANN]
