"""The length and start of the site's periods; the effect of a change is shown before it is saved."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.period import PeriodLength, PeriodRule
from timesheet.domain.span import View
from timesheet.services.period.rule import preview_rule, save_rule
from timesheet.web.http.auth import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import full_date, locale_of, span_title
from timesheet.web.http.fields import read_day
from timesheet.web.http.section import Form, answer_save, read_version, show_section

blueprint = Blueprint("period_rule", __name__, url_prefix="/configure/periods")

LENGTHS = (
    (PeriodLength.WEEKLY, "A week"),
    (PeriodLength.TWO_WEEKLY, "Two weeks"),
    (PeriodLength.MONTHLY, "A month"),
    (PeriodLength.QUARTERLY, "Three months"),
)
SAVED = "The periods are saved. Periods that a team has closed stay as they are."


@blueprint.get("")
@takes("page", "session", "context", permission="jira-admin")
def show_rule() -> str:
    """Show the rule and the resulting periods."""
    return _show(_form_of(*current().stores.periods.rule()))


@blueprint.post("/preview")
@takes("session", "context", permission="jira-admin")
def preview() -> str:
    """Show the periods that the typed rule would create."""
    return render_template("period/rule/_preview.html", **_preview_values(request.form))


@blueprint.post("")
@takes("session", "context", permission="jira-admin")
def save() -> Response:
    """Save the rule; one that would overlap a closed period is refused with both spans."""
    store, form = current().stores.periods, _read_form(request.form)
    return answer_save(
        form,
        lambda: _form_of(*save_rule(store, _rule_of(request.form), read_version(request.form)), SAVED),
        lambda _: _form_of(*store.rule()),
        _show,
        _shown,
    )


def _show(form: Form) -> str:
    values = _preview_values(MultiDict(form.values))
    if form.errors:
        values["refusal"] = ""  # It is shown next to its field already.
    return show_section("periods", "period/rule/_rule.html", form=form, lengths=LENGTHS, **values)


def _preview_values(values: MultiDict[str, str]) -> dict[str, object]:
    context = current()
    locale = locale_of(context.profile().locale)
    try:
        rule = _rule_of(values)
    except InvalidInput as error:
        return {"periods": (), "refusal": error.sentence}
    seen = preview_rule(context.stores.periods, rule, context.team_context.today)
    return {
        "periods": [(span_title(View.RANGE, span, locale), len(span)) for span in seen.periods],
        "refusal": seen.refusal,
    }


def _shown(name: str, text: str) -> str:
    if name == "length":
        return dict(LENGTHS)[PeriodLength(text)]
    return full_date(date.fromisoformat(text), locale_of(current().profile().locale))


def _read_form(values: MultiDict[str, str]) -> Form:
    typed = {name: values.get(name, "")[:40] for name in ("length", "start")}
    return Form(typed, values.get("version", ""), _form_of(*current().stores.periods.rule()).values)


def _form_of(rule: PeriodRule, version: int, note: str = "") -> Form:
    values = {"length": rule.length.value, "start": rule.start.isoformat()}
    return Form(values, str(version), values, note=note)


def _rule_of(values: MultiDict[str, str]) -> PeriodRule:
    length, start = values.get("length", ""), values.get("start", "").strip()
    if length not in tuple(PeriodLength):
        raise InvalidInput("Choose how long a period is.", field="length")
    if not start:
        raise InvalidInput("Choose the first day of a period.", field="start")
    try:
        return PeriodRule(PeriodLength(length), read_day(start, date.min))
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field="start") from error
