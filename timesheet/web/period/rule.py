"""The length and start of the site's periods; the effect of a change is shown before it is saved."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.period.period import PeriodLength, PeriodRule
from timesheet.domain.span import View
from timesheet.services.command.form import FormFields
from timesheet.services.period.command import SaveRule, read_rule
from timesheet.services.period.rule import preview_rule, save_rule
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.dates import full_date, span_title
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import localize, reader_locale
from timesheet.web.site.section import show_section

blueprint = Blueprint("period_rule", __name__, url_prefix="/configure/periods")

LENGTHS = (
    (PeriodLength.WEEKLY, message("A week")),
    (PeriodLength.TWO_WEEKLY, message("Two weeks")),
    (PeriodLength.MONTHLY, message("A month")),
    (PeriodLength.QUARTERLY, message("Three months")),
)
SAVED = message("The periods are saved. Periods that a team has closed stay as they are.")


@blueprint.get("")
@takes("page", "session", "context", permission="jira-admin")
def show_rule() -> str:
    """Show the rule and the resulting periods."""
    return _show(_form_of(*current().stores.periods.rule()))


@blueprint.post("/preview")
@takes("session", "context", permission="jira-admin")
def preview() -> str:
    """Show the periods that the typed rule would create."""
    return render_template("period/rule/_preview.html", **_preview_values(_typed_rule(request.form)))


@blueprint.post("")
@takes("session", "context", permission="jira-admin")
def save() -> Response:
    """Save the rule; one that would overlap a closed period is refused with both spans."""
    store, form = current().stores.periods, _typed_rule(request.form)
    return answer_change(
        form,
        lambda: save_rule(store, sent(SaveRule)),
        lambda saved: _show(_form_of(*saved, SAVED)),
        _show,
        ConflictView(object, lambda _: _form_of(*store.rule()), _in_words),
    )


def _show(form: Form) -> str:
    values = _preview_values(form)
    if form.errors:
        values["refusal"] = ""  # It is shown next to its field already.
    return show_section("periods", "period/rule/_rule.html", form=form, lengths=LENGTHS, **values)


def _preview_values(form: Form) -> dict[str, object]:
    context = current()
    locale = reader_locale(context.profile().locale)
    try:
        rule = read_rule(FormFields({name: [text] for name, text in form.values.items()}))
    except InvalidInput as error:
        return {"periods": (), "refusal": error.sentence}
    preview = preview_rule(context.stores.periods, rule, context.team_context.today)
    return {
        "periods": [(span_title(View.RANGE, span, locale), len(span)) for span in preview.periods],
        "refusal": preview.refusal,
    }


def _in_words(name: str, text: str) -> str:
    if name == "length":
        return localize({str(length): name for length, name in LENGTHS}.get(text, text))
    return full_date(date.fromisoformat(text), reader_locale(current().profile().locale))


def _typed_rule(values: MultiDict[str, str]) -> Form:
    typed = {name: values.get(name, "")[:40] for name in ("length", "start")}
    return Form(typed, values.get("version", ""), _form_of(*current().stores.periods.rule()).values)


def _form_of(rule: PeriodRule, version: int, note: str = "") -> Form:
    values = {"length": rule.length.value, "start": rule.start.isoformat()}
    return Form(values, str(version), values, note=note)
