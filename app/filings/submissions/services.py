"""Verbs on filings: save, submit, withdraw. Every one asks the gate; none commits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Refused
from app.core.events import record
from app.core.i18n import lang
from app.core.workflow import transition
from app.filings.calendar.rules import describe
from app.filings.checks import Finding
from app.filings.definitions.queries import definition_ids_on, forms_by_id
from app.filings.definitions.schema import Form
from app.filings.submissions.attachments import carry_over
from app.filings.submissions.changes import require_effective
from app.filings.submissions.data import FilingData, load_data, load_filing
from app.filings.submissions.facts import accept_version
from app.filings.submissions.freezing import freeze
from app.filings.submissions.in_force import one_off_in_force
from app.filings.submissions.intake import (
    Assessment,
    Patch,
    Taken,
    assess,
    counts,
    take_entries,
    take_patch,
)
from app.filings.submissions.models import Explanation, Filing, FilingForm, FilingVersion
from app.filings.submissions.people import people_take_effect
from app.filings.submissions.place import Place, filing_query, reasons_at
from app.filings.submissions.rules import CHANGE_WORKFLOW, EDITABLE, FILING_WORKFLOW, HANDED_IN_STATES
from app.filings.values import to_json
from app.institutions.models import Institution


def locked_filing(place: Place, *, create: bool = True) -> Filing | None:
    """The filing, locked until the end of the transaction, made when it is not there yet."""
    query = filing_query(place).with_for_update().execution_options(populate_existing=True)
    filing = db.session.scalars(query).first()
    if filing is None and create:
        # The institution's row serialises two first saves; the loser finds the winner's filing.
        db.session.execute(
            select(Institution.id).where(Institution.id == place.institution.id).with_for_update()
        )
        filing = db.session.scalars(query).first()
        if filing is None:
            require_open(place, None)  # a colleague may have begun another change of the form meanwhile
            filing = _new_filing(place)
    return filing


def _new_filing(place: Place) -> Filing:
    filing = Filing(
        institution_id=place.institution.id,
        report_set_id=place.report_set.id,
        period_id=place.period.id if place.period else None,
        period_code=place.period_code,
        change_form=place.change_form or None,
    )
    filing.institution, filing.report_set, filing.period = place.institution, place.report_set, place.period
    db.session.add(filing)
    record("FilingStarted", filing, actor=place.actor, now=place.now, states=(None, filing.status))
    if place.change:
        form, standing = place.change_form, one_off_in_force(place.institution.id)
        definition = definition_ids_on([form], clock.local(place.now).date())
        if form in standing and not forms_by_id(definition.values())[definition[form]].trigger:
            carry_over(filing, form, standing[form].attachments, place)
            db.session.flush()
    return filing


def require_open(place: Place, filing: Filing | None) -> None:
    """Raise Refused with all reasons unless the gate is open."""
    reasons = reasons_at(place, filing)
    if reasons:
        texts = [describe(reason, lang()) for reason in reasons]
        codes = [reason.code for reason in reasons]
        raise Refused(" ".join(texts), reasons=texts, codes=codes, gate=reasons)


def load_place(place: Place, filing: Filing | None = None, *, entries: bool = True) -> FilingData:
    """Everything about the place: its forms, drafts (also without what was entered), neighbours and attachments."""
    where = (place.institution, place.report_set, place.period)
    if filing is not None:
        return load_data(*where, filing, place.now, place.change, entries=entries)
    return load_filing(*where, place.now, place.change, entries=entries)


def save_form(
    place: Place, code: str, entries: Mapping[str, Mapping[str, Any]], seen_version: int
) -> tuple[FilingData, Assessment]:
    """Store one form's entries as draft and check the whole set.

    Raises Refused (gate), Conflict when the form was saved by somebody else since `seen_version`.
    """
    filing = locked_filing(place, create=False)
    require_open(place, filing)
    filing = filing or locked_filing(place)
    assert filing is not None
    data = load_place(place, filing)
    store_entries(place, data, filing, code, entries, seen_version)
    return data, reassess(data, filing)


def store_entries(
    place: Place,
    data: FilingData,
    filing: Filing,
    code: str,
    entries: Mapping[str, Mapping[str, Any]],
    seen_version: int,
) -> FilingForm:
    """Write one form's entries into its draft row; the caller holds the lock and has asked the gate."""
    _require_seen(data, code, seen_version)
    taken = take_entries(data.forms[code], entries)
    return write_draft(place, data, filing, code, taken)


def _require_seen(data: FilingData, code: str, seen_version: int) -> None:
    draft = data.drafts.get(code)
    current = draft.version if draft else 0
    if current != seen_version:
        raise Conflict(
            _("这张报表刚被另一个窗口或同事保存过，您的修改没有覆盖它。请先查看最新内容再决定保留哪些修改。"),
            current=current,
        )


def save_table(
    place: Place, code: str, patch: Patch, seen_version: int
) -> tuple[FilingData, Assessment, dict[str, str]]:
    """Store what changed in a table (see `save_form`); also gives the new key of each row."""
    filing = locked_filing(place, create=False)
    require_open(place, filing)
    filing = filing or locked_filing(place)
    assert filing is not None
    data = load_place(place, filing)
    _require_seen(data, code, seen_version)
    rejects = data.rejects.get(code, {})
    taken, keys = take_patch(data.forms[code], data.values[code] or {}, rejects, patch)
    write_draft(place, data, filing, code, taken)
    return data, reassess(data, filing), keys


def write_draft(place: Place, data: FilingData, filing: Filing, code: str, taken: Taken) -> FilingForm:
    """Put values and rejects of one form into its draft row; callers have checked version and gate."""
    actor_id = place.actor.id  # read first: loading the actor would flush a half-made draft
    draft = data.drafts.get(code)
    if draft is None:
        draft = FilingForm(
            filing_id=filing.id,
            institution_id=filing.institution_id,
            form_code=code,
            definition_id=data.definition_ids[code],
            version=0,
        )
        data.drafts[code] = draft
    draft.content, draft.rejects = _content(data.forms[code], taken, draft.content), taken.rejects
    draft.version += 1
    draft.updated_at, draft.updated_by_id = place.now, actor_id
    db.session.add(draft)
    data.values[code] = taken.values
    filing.version += 1
    return draft


def _content(form: Form, taken: Taken, former: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is stored: rows that were not touched stay as they are stored."""
    if not taken.untouched or former is None:
        return to_json(form, taken.values)
    touched = {key: cells for key, cells in taken.values.items() if key not in taken.untouched}
    anew = to_json(form, touched)
    return {key: anew[key] if key in anew else former[taken.untouched[key]] for key in taken.values}


def reassess(data: FilingData, filing: Filing) -> Assessment:
    """Check the set again and remember how many errors and warnings stand."""
    assessment = assess(data)
    number = counts(assessment.findings)
    filing.errors, filing.warnings = number["error"], number["warning"]
    db.session.flush()
    return assessment


def submit_filing(place: Place, request_key: str, explanations: Mapping[str, str]) -> FilingVersion:
    """上报完成: freeze a hashed version with receipt. The same request key gives the same receipt again.

    Raises Refused with all reasons: the gate's, every error, every warning without an explanation, or an
    unchanged resubmission. `details['findings']` holds the findings concerned.
    """
    filing, done = filing_to_submit(place, request_key)
    if done is not None:
        return done
    data = load_place(place, filing)
    assessment = reassess(data, filing)
    _require_clean(assessment)
    require_effective(place, data, assessment)
    texts = save_explanations(place, filing, assessment, explanations)
    version = freeze(place, filing, data, assessment, texts, request_key)
    return handed_in(place, filing, version)


def filing_to_submit(place: Place, request_key: str) -> tuple[Filing, FilingVersion | None]:
    """The filing, locked and open, made when it is not there; and the version that this very request has
    handed in before."""
    filing = locked_filing(place, create=False)
    if filing is not None:
        done = _same_request(filing, request_key)
        if done is not None:
            return filing, done
    require_open(place, filing)
    filing = filing or locked_filing(place)
    assert filing is not None
    # Of several first submissions at once the others have waited here for the one that made the filing.
    done = _same_request(filing, request_key)
    if done is None:
        require_open(place, filing)
    return filing, done


def handed_in(place: Place, filing: Filing, version: FilingVersion) -> FilingVersion:
    """Move the filing on with the version just frozen, and say so in its history."""
    verb = "submit" if place.report_set.is_reviewed else "report"
    states = transition(filing, FILING_WORKFLOW, verb)
    if verb == "report":
        filing.accepted_at = place.now
        people_take_effect(filing, version, place.actor, place.now)
        accept_version(filing, version)
    filing.reviewer_id = filing.picked_up_at = filing.correct_until = filing.return_reason = None
    record(
        "FilingSubmitted",
        filing,
        actor=place.actor,
        now=place.now,
        states=states,
        data={
            "version": version.number,
            "receipt_no": version.receipt_no,
            "sha256": version.sha256,
            **({"nil": True} if filing.is_nil else {}),
        },
    )
    return version


def _same_request(filing: Filing, request_key: str) -> FilingVersion | None:
    query = select(FilingVersion).where(
        FilingVersion.filing_id == filing.id, FilingVersion.request_key == request_key
    )
    return db.session.scalars(query).first()


def _require_clean(assessment: Assessment) -> None:
    if assessment.errors:
        raise Refused(
            _("还有 %(count)s 处错误，改正后才能上报。", count=len(assessment.errors)),
            findings=assessment.errors,
        )


def save_explanations(
    place: Place, filing: Filing, assessment: Assessment, given: Mapping[str, str]
) -> dict[str, str]:
    """Keep the explanations of the warnings that stand; raise Refused when one is missing."""
    query = select(Explanation).where(Explanation.filing_id == filing.id)
    held = {explanation.key: explanation for explanation in db.session.scalars(query)}
    texts: dict[str, str] = {}
    missing: list[Finding] = []
    for finding in assessment.warnings:
        former = held[finding.key].text if finding.key in held else ""
        text = str(given.get(finding.key, "")).strip() or former
        if not text:
            missing.append(finding)
            continue
        texts[finding.key] = text[:2000]
        keep_explanation(place, filing, held, finding.key, texts[finding.key])
    if missing:
        message = _("还有 %(count)s 条提示需要填写说明后才能上报。", count=len(missing))
        raise Refused(message, findings=missing)
    return texts


def keep_explanation(place: Place, filing: Filing, held: dict[str, Explanation], key: str, text: str) -> None:
    """Write one explanation; `held` are those there are, by key."""
    actor_id = place.actor.id  # read first: loading the actor would flush a half-made explanation
    explanation = held.get(key)
    if explanation is None:
        explanation = Explanation(filing_id=filing.id, institution_id=filing.institution_id, key=key)
        db.session.add(explanation)
        held[key] = explanation
    explanation.text, explanation.written_at, explanation.written_by_id = text, place.now, actor_id


def withdraw_filing(place: Place) -> Filing:
    """撤回: back to draft, until a reviewer has picked the filing up."""
    filing = locked_filing(place, create=False)
    if filing is None or filing.status not in HANDED_IN_STATES:
        raise Refused(_("没有可以撤回的上报。"))
    if filing.reviewer_id is not None:
        raise Refused(_("监管人员已经开始审核，不能撤回。如需修改，请联系监管部门退回。"))
    if filing.status != "submitted":
        raise Refused(_("这次上报已经生效，不能撤回。"))
    states = transition(filing, FILING_WORKFLOW, "withdraw")
    filing.version += 1
    filing.is_nil = False
    record("FilingWithdrawn", filing, actor=place.actor, now=place.now, states=states)
    return filing


def cancel_change(place: Place) -> Filing:
    """作废: give up a change that is not with the regulator; its form is free for another one."""
    filing = locked_filing(place, create=False)
    if filing is None or not place.change or filing.status not in EDITABLE:
        raise Refused(_("没有可以作废的变更；已上报的变更请先撤回。"))
    states = transition(filing, CHANGE_WORKFLOW, "cancel")
    filing.version += 1
    record("FilingCancelled", filing, actor=place.actor, now=place.now, states=states)
    return filing
