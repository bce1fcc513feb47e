"""Words that several of the site's pages share."""

from sccafe.core.language import gettext as _


def page_titles() -> dict[str, str]:
    return {
        "about": _("このサイトについて"),
        "terms": _("利用規約"),
        "privacy": _("個人情報の取り扱い"),
        "contact": _("お問い合わせ"),
    }
