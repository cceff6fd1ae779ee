import pytest

from tools import literals


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Save all</p>", ["Save all"]),
        ('<p>{{ _("Save all") }}</p>', []),
        ('<p title="Save all">{{ _("Save") }}</p>', ["Save all"]),
        ('<p title="{{ _("Save all") }}"></p>', []),
        ('{{ "Save all" if x else _("Save") }}', ["Save all"]),
        ('{{ _("{name} is saved.", name="Save all") }}', ["Save all"]),
        ("<p>{{ name }}</p>", []),
        ('<p class="wide one">·</p>', []),
        ("{# Save all #}", []),
        ('{{ _n("{count} day", "{count} days", 2) }}', []),
        ("<p title='Save all'></p>", ["Save all"]),
        ('<p title="{{ name }} is saved"></p>', ["{} is saved"]),
        ('<p aria-valuetext="Save all"></p>', ["Save all"]),
        ('<p aria-roledescription="day"></p>', ["day"]),
        ('<p data-title="Save all"></p>', []),
        ('<input type="submit" value="Save all">', ["Save all"]),
        ('<input value="{{ value }}">', []),
        ('<input type="checkbox" value="from-jira">', []),
        ('<p>{{ name or "nobody" }}</p>', ["nobody"]),
        ('<p>{{ "no team yet" if not team else team.name }}</p>', ["no team yet"]),
        ('<p>{{ count ~ " worklogs" }} {{ name|default("none") }}</p>', ["{} worklogs", "none"]),
        ('<p title="{{ "nobody" if x }}"></p>', ["nobody"]),
        ('<p class="{{ "wide" if x }}"{{ " hidden" if x }}>{{ show("wide") }}</p>', []),
        ('<code>{{ "flask audit key" }}</code>', []),
        ('{{ _("no team yet") if x else name["team"] }}', []),
        ("<p>Total = all days</p>", ["Total = all days"]),
        ('<p>The "best" of all</p>', ['The "best" of all']),
        ('{% macro state() %}aria-invalid="true" autofocus{% endmacro %}', []),
        ('<p>{{ _("Save all" if x else "Save one") }}</p>', ["Save all", "Save one"]),
    ],
)
def test_untranslated_text_in_templates_is_found(source: str, found: list[str]) -> None:
    assert [text for _, text in literals.in_template(source)] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('raise InvalidInput("Choose a day.", field="day")', ["Choose a day."]),
        ('raise InvalidInput(message("Choose a day."), field="day")', []),
        ('said = f"{name} is saved."', [" is saved."]),
        ('said = _("{name} is saved.", name=name)', []),
        ('said = _("{what} is saved.", what="A day")', ["A day"]),
        ('def f() -> None:\n    """Say a thing."""', []),
        ('raise ValueError("A span ends before it begins.")', []),
        ('log.info("Something Happened")', []),
        ('NAME = "Choose a day."  # not shown', []),
        ('KEY = "day"', []),
        ('raise InvalidInput(message("{why}.", why="the day is closed"))', ["the day is closed"]),
        ('said = f"Saved {count}"', ["Saved {}"]),
        ('key = f"day {count}"', []),
        ('said = _("Team") + " and " + _("Project")', [" and "]),
        ('said = f"{_(TEAM)} and {name}"', [" and "]),
        ('said = f"<b>{_(TEAM)}</b>"', []),
        ("said = f\"<b>{escape(_('Days'))}</b>\"", ["Days"]),
        ("said = f\"<b>{_p('button', 'Days', count=1)}</b>\"", ["Days"]),
        ('said = _("Team") + ", "', []),
        ('said = _("Team") if x else "nobody yet"', ["nobody yet"]),
        ('said = name or "nobody" or _("Team")', ["nobody"]),
        ('SAID = {"a": message("Team"), "b": "nobody"}', ["nobody"]),
        ('def f() -> str:\n    if x:\n        return "nobody"\n    return _("Team")', ["nobody"]),
        ('said = in_context("of a team", "None")', []),
        ('code = "day" if x else "week"', []),
        ('said = _(f"Save {count} days")', ["Save {}"]),
        ('said = message("Save all" if x else "Save one")', ["Save all", "Save one"]),
        ('said = message("Save all " + name)', ["Save all "]),
        ("said = message(SAVED)", []),
    ],
)
def test_untranslated_text_in_python_is_found(source: str, found: list[str]) -> None:
    assert [text for _, text in literals.in_python(source)] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('say("The day is saved.");', ["The day is saved."]),
        ('say(t("The day is saved."));', []),
        ("say('The day is saved.');", ["The day is saved."]),
        ('say("the day is closed");', ["the day is closed"]),
        ("// The day's end is not 'The day is saved.'", []),
        ("say(`${count} days are saved.`);", ["${count} days are saved."]),
        ('tn("{count} day is saved.", "{count} days are saved.", count);', []),
        ("say(t(`${count} days are saved.`));", ["${count} days are saved."]),
        ("say(t('The day is saved.'));", ["The day is saved."]),
        ('if (event.key === "Escape") close();', []),
        ('throw new Error("No host is chosen.");', []),
        ("// The day is saved.", []),
        ('  t(\n    "The day is saved.",\n  );', []),
        ('  tn(\n    "{count} day is saved.",\n    "{count} days are saved.",\n    count,\n  );', []),
    ],
)
def test_untranslated_text_in_scripts_is_found(source: str, found: list[str]) -> None:
    assert [text for _, text in literals.in_script(source)] == found
