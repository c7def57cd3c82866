"""The only place that registers views. The order of the menus is in app/navigation.py."""

from __future__ import annotations

from flask import Blueprint, Flask

from app import navigation
from app.accounts import asking
from app.accounts.security import PlatformSecurityManager
from app.core.db import db
from app.core.fab import PlatformBuilder
from app.extensions import csrf
from app.portal import caching as portal_caching
from app.portal import navigation as portal_navigation


def init_app(app: Flask) -> None:
    """Make the AppBuilder and register every feature."""
    from app.console.importing import models as imports  # noqa: F401 - its table
    from app.console.views import ConsoleHome
    from app.core import fab_fields, form_data
    from app.core import jobs as scheduled  # noqa: F401 - its table
    from app.institutions import (
        models,  # noqa: F401 - adds the institution to accounts
        read_only,
    )
    from app.institutions.register import hooks as register

    form_data.install()
    fab_fields.install()  # before any model view is built

    with app.app_context():
        builder = PlatformBuilder(security_manager_class=PlatformSecurityManager, indexview=ConsoleHome)
        builder.init_app(app, db.session)
        for view in _console_views():
            builder.add_view_no_menu(view)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
        if blueprint.name == "api":
            csrf.exempt(blueprint)  # no cookie counts there: the token does
    asking.init_app(app)
    register.init_app(app)
    read_only.init_app(app)
    navigation.init_app(app)
    portal_navigation.init_app(app)
    portal_caching.init_app(app)


def _console_views() -> list[type]:
    """FAB views of the console; each feature's admin module brings its own."""
    from app.console.importing.admin import InstitutionImport
    from app.console.institution_admin import InstitutionAdmin
    from app.filings.admin import CatalogueAdmin
    from app.filings.calendar_admin import PeriodAdmin
    from app.filings.completeness_admin import CompletenessAdmin
    from app.filings.extension_admin import ExtensionAdmin
    from app.filings.queue_admin import FilingAdmin
    from app.filings.review_admin import FilingReview
    from app.institutions.admin import RegistrationAdmin
    from app.institutions.admission.admin import ApplicationAdmin, ApprovalModeAdmin, StepPlanAdmin
    from app.letters.admin import LetterTemplateAdmin
    from app.portal.admin import PageAdmin
    from app.portal.announcement_admin import AnnouncementAdmin
    from app.portal.suggestion_admin import SuggestionAdmin

    institutions = [RegistrationAdmin, InstitutionAdmin, InstitutionImport]
    admission = [ApplicationAdmin, StepPlanAdmin, ApprovalModeAdmin]
    filings = [FilingAdmin, FilingReview, CompletenessAdmin, PeriodAdmin, ExtensionAdmin, CatalogueAdmin]
    return [
        *institutions,
        *admission,
        LetterTemplateAdmin,
        AnnouncementAdmin,
        PageAdmin,
        SuggestionAdmin,
        *filings,
        *_inspection_views(),
        *_system_views(),
    ]


def _system_views() -> list[type]:
    from app.accounts.admin import AccountAdmin, RoleGrantAdmin
    from app.console.event_admin import EventAdmin
    from app.console.operations_admin import OperationsAdmin

    return [AccountAdmin, RoleGrantAdmin, EventAdmin, OperationsAdmin]


def _inspection_views() -> list[type]:
    from app.inspections.admin import InspectionAdmin
    from app.inspections.checklist_admin import ChecklistAdmin
    from app.inspections.work_admin import InspectionWork

    return [InspectionAdmin, InspectionWork, ChecklistAdmin]


def _blueprints() -> list[Blueprint]:
    """Pages of the portal and the workspace."""
    from app.accounts.avatar_views import blueprint as avatars
    from app.accounts.colleague_views import blueprint as colleagues
    from app.accounts.inbox_views import blueprint as messages
    from app.accounts.profile import blueprint as profile
    from app.accounts.reset_views import blueprint as password_reset
    from app.accounts.second_factor_views import blueprint as second_factor
    from app.accounts.session_views import blueprint as sessions
    from app.api.docs_views import blueprint as api_docs
    from app.api.operations import blueprint as api
    from app.api.public_views import blueprint as api_public
    from app.api.token_views import blueprint as tokens
    from app.core.captcha_views import blueprint as captcha
    from app.core.files import blueprint as files
    from app.filings.attachment_views import blueprint as attachments
    from app.filings.extension_views import blueprint as extensions
    from app.filings.import_views import blueprint as filings
    from app.filings.nil_views import blueprint as nil_returns
    from app.inspections.views import blueprint as inspections
    from app.institutions.admission.views import blueprint as admission
    from app.institutions.views import blueprint as registration
    from app.letters.views import blueprint as letters
    from app.portal.routes import blueprint as portal
    from app.workspace.views import blueprint as workspace

    pages = [portal, profile, registration, admission, captcha, files, workspace, filings, extensions, tokens]
    pages += [password_reset, second_factor, sessions, colleagues, avatars, messages, letters, inspections]
    return [*pages, attachments, nil_returns, api_public, api_docs, api]
