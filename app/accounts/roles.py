"""The one table of roles. `flask sync-roles` makes the database say the same."""

from __future__ import annotations

from dataclasses import dataclass, field

READ = ("can_list", "can_show")
WRITE = ("can_add", "can_edit", "can_delete")


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """name: as stored; title_zh: as shown; grants: view name -> permissions; sees_filings: business data."""

    name: str
    title_zh: str
    title_en: str
    grants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sees_filings: bool = False


ENTERPRISE_ROLE = "Enterprise"

ROLES: tuple[RoleSpec, ...] = (
    RoleSpec("Public", "公众", "Public"),
    RoleSpec(ENTERPRISE_ROLE, "企业用户", "Enterprise", {"Workspace": ("can_use",)}),
    RoleSpec(
        "SystemAdministrator",
        "系统管理员",
        "System administrator",
        {
            "ConsoleHome": ("can_use",),
            "AccountAdmin": (*READ, "can_add", "can_edit"),
            "StepPlanAdmin": ("can_list", "can_edit"),
            "ApprovalModeAdmin": ("can_list", "can_edit"),
            "OperationsAdmin": ("can_list", "can_resend"),
        },
    ),
    RoleSpec(
        "SecurityAdministrator",
        "安全管理员",
        "Security administrator",
        {"ConsoleHome": ("can_use",), "RoleGrantAdmin": ("can_list", "can_edit")},
    ),
    RoleSpec("Auditor", "审计员", "Auditor", {"ConsoleHome": ("can_use",), "EventAdmin": READ}),
    RoleSpec(
        "ContentEditor",
        "内容编辑",
        "Content editor",
        {
            "ConsoleHome": ("can_use",),
            "AnnouncementAdmin": (*READ, *WRITE),
            "PageAdmin": (*READ, "can_edit"),
            "SuggestionAdmin": (*READ, "can_reply"),
        },
    ),
    RoleSpec(
        "Supervisor",
        "监管人员",
        "Supervisor",
        {
            "ConsoleHome": ("can_use",),
            "InstitutionAdmin": READ,
            "FilingAdmin": READ,
            "FilingReview": ("can_read", "can_review"),
            "CompletenessAdmin": ("can_list", "can_remind"),
            "PeriodAdmin": READ,
            "ExtensionAdmin": (*READ, "can_decide"),
            "CatalogueAdmin": READ,
            "RegistrationAdmin": READ,
            "ApplicationAdmin": (*READ, "can_decide"),
            "StepPlanAdmin": ("can_list",),
            "ApprovalModeAdmin": ("can_list",),
            "LetterTemplateAdmin": ("can_list",),
            "InspectionAdmin": READ,
            "ChecklistAdmin": ("can_list",),
        },
        sees_filings=True,
    ),
    RoleSpec(
        "Approver",
        "审批人员",
        "Approver",
        {
            "ConsoleHome": ("can_use",),
            "InstitutionAdmin": READ,
            "InstitutionImport": ("can_import",),
            "RegistrationAdmin": (*READ, "can_decide"),
            "ApplicationAdmin": (*READ, "can_decide"),
            "StepPlanAdmin": ("can_list",),
            "ApprovalModeAdmin": ("can_list",),
            "FilingAdmin": READ,
            "FilingReview": ("can_read",),
            "CompletenessAdmin": ("can_list",),
            "PeriodAdmin": (*READ, "can_add", "can_edit"),
            "ExtensionAdmin": (*READ, "can_decide"),
            "CatalogueAdmin": READ,
            "LetterTemplateAdmin": ("can_list", "can_edit"),
            "InspectionAdmin": (*READ, "can_approve"),
            "ChecklistAdmin": ("can_list",),
        },
        sees_filings=True,
    ),
    RoleSpec(
        "Inspector",
        "检查人员",
        "Inspector",
        {
            "ConsoleHome": ("can_use",),
            "ApplicationAdmin": (*READ, "can_decide"),
            "InstitutionAdmin": READ,
            "FilingAdmin": READ,
            "FilingReview": ("can_read",),
            "CompletenessAdmin": ("can_list",),
            "LetterTemplateAdmin": ("can_list",),
            "InspectionAdmin": READ,
            "InspectionWork": ("can_work",),
            "ChecklistAdmin": ("can_list", *WRITE),
        },
        sees_filings=True,
    ),
)

ROLES_BY_NAME = {role.name: role for role in ROLES}

# 三员: whoever holds one of these posts holds no other role at all.
EXCLUSIVE_POSTS = ("SystemAdministrator", "SecurityAdministrator", "Auditor")
STAFF_ROLES = tuple(role.name for role in ROLES if role.name not in ("Public", ENTERPRISE_ROLE))
