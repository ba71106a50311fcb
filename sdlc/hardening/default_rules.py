"""
Which defaults are not secure: each row is a form of the key, what its value must not be, and the rule.

A key is compared as small words (`SESSION_COOKIE_SECURE`, `session.cookieSecure` are `session_cookie_secure`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sdlc.hardening.defaults_python import KIND as PYTHON
from sdlc.hardening.defaults_python import STAR
from sdlc.hardening.rules import RULES, finding
from sdlc.hardening.setting import SECRETS, STAND_IN, WRITTEN, Setting, is_secret
from sdlc.model.finding import Finding, Place

Bad = Callable[[str], bool]
OFF = frozenset({"false", "0", "no", "off", "none", "null", "", "disabled", "disable", "[]"})
ON = frozenset({"true", "1", "yes", "on", "enabled", "enable"})
_OPEN = frozenset({"allow", "allow_all", "allow-all", "permit", "accept", "public", "open", "any", "everyone", "*"})
_OLD_TLS = re.compile(r"(?i)\b(ssl_?v?[23](\.0)?|sslv[23]|tls_?v?1(\.[01]|_[01])?|1\.[01])(?![.\w])")
MAX_KEY = 200
_PASSWORD = re.compile(r"(^|_)(pass|passwd|password|passphrase|pwd|pw)(_(default|value|prod|dev))?$")


def _on(value: str) -> bool:
    return value in ON


def _off(value: str) -> bool:
    return value in OFF


def _any(value: str) -> bool:
    return value in ("*", ".*", "^.*$", "null", "0.0.0.0/0")


def _open(value: str) -> bool:
    return value in _OPEN or value.endswith("allowany")


def _writable(value: str) -> bool:
    digits = re.fullmatch(r"(?:0o?)?([0-7]{3,4})", value)
    return bool(digits) and bool(int(digits[1], 8) & 0o002) if digits else False


def _mask(value: str) -> bool:
    digits = re.fullmatch(r"(?:0o?)?([0-7]{1,4})", value)
    return not int(digits[1], 8) & 0o002 if digits else False


@dataclass(frozen=True)
class Row:
    """A key that ends in `key` (an expression over small words) must not have a value that is `bad`."""

    key: str
    bad: Bad
    rule: str
    should: str


ROWS = (
    Row(r"debug(_mode|_enabled|_propagate_exceptions)?", _on, "HARD-DEBUG", "false"),
    Row(r"(flask|app|node|django|run)_env|environment|env_name", lambda v: v in ("development", "dev", "debug"),
        "HARD-DEBUG", "production"),
    Row(r"cors_(allow_all_origins|origin_allow_all|allow_all)", _on, "HARD-CORS", "false"),
    Row(r"(cors|allow|allowed|access_control_allow)(_\w+)?_origins?(_regex|_regexes|_whitelist)?", _any, "HARD-CORS",
        "the origins that may ask"),
    Row(r"(allowed|trusted)_hosts?", _any, "HARD-HOSTS", "the names that are served"),
    Row(r"default_(policy|action|access|effect|permission|permission_classes|role_access)", _open,
        "HARD-OPEN-BY-DEFAULT", "deny"),
    Row(r"allow_anonymous(_\w+)?|anonymous(_access|_enabled|_read|_write)?|disable_auth(entication|orization)?|no_auth"
        r"|auth(entication|orization)?_disabled|public_access", _on, "HARD-OPEN-BY-DEFAULT", "false"),
    Row(r"(require|enable|enforce)_(auth|authentication|authorization|login)"
        r"|(auth|authentication|authorization|login)_(enabled|required)", _off, "HARD-OPEN-BY-DEFAULT", "true"),
    Row(r"(wtf_)?csrf(_enabled|_protection|_check_default)?|enable_csrf", _off, "HARD-CSRF", "true"),
    Row(r"(file|upload|directory|dir|folder|socket|log)s?_(\w+_)?(permissions?|mode|chmod)|permissions|chmod",
        _writable, "HARD-PERMISSIONS", "0o640"),
    Row(r"umask", _mask, "HARD-PERMISSIONS", "0o027"),
    Row(r"auto_?escape", _off, "HARD-AUTOESCAPE", "true"),
    Row(r"(?<!skip_)(?<!disable_)(?<!no_)verify(_(ssl|tls|certs?|certificates?|peer|hostname|server))?|(ssl|tls|cert|certificate)_verif(y|ication)"
        r"|check_hostname", _off, "HARD-TLS-VERIFY", "true"),
    Row(r"insecure(_skip_verify|_requests|_ssl|_tls)?|(skip|disable|no)_(ssl|tls|cert|certificate)?_?(verify|verification"
        r"|check)|allow_insecure", _on, "HARD-TLS-VERIFY", "false"),
    Row(r"cert_reqs", lambda v: v.endswith("none") or v == "0", "HARD-TLS-VERIFY", "CERT_REQUIRED"),
    Row(r"(force|require|enable|use)_(https|ssl|tls)|(https|ssl|tls)_(enabled|required|redirect)|secure_ssl_redirect",
        _off, "HARD-TLS-OFF", "true"),
    Row(r"ssl_?mode", lambda v: v in ("disable", "allow", "none"), "HARD-TLS-OFF", "verify-full"),
    Row(r"(min_|minimum_)?(ssl|tls)_(min_|minimum_)?(versions?|protocols?)|min(imum)?_(ssl|tls)|(ssl|tls)_min(imum)?",
        lambda v: bool(_OLD_TLS.search(v)), "HARD-TLS-VERSION", "TLSv1.2 or TLSv1.3"),
    Row(r"cookie(_\w+)?_secure|secure_cookies?", _off, "HARD-COOKIE-SECURE", "true"),
    Row(r"(?<!csrf_)cookie_http_?only", _off, "HARD-COOKIE-HTTPONLY", "true"),
    Row(r"cookie_same_?site", _off, "HARD-COOKIE-SAMESITE", "Lax"),
    Row(r"auto_?index|directory_(listing|browsing)|dir_listing|list_directories|show_indexes", _on, "HARD-LISTING",
        "false"),
    Row(r"admin(_ui|_panel|_interface|_console|_api|_page|_site)?_enabled|enable_admin(_\w+)?"
        r"|create_(default|initial)_(admin|user)|(docs|swagger|openapi|graphiql|playground|redoc)_enabled|graphiql"
        r"|enable_(docs|swagger|openapi|graphiql|playground|introspection)|default_admin(_enabled)?", _on, "HARD-ADMIN",
        "false"),
    Row(r"server_tokens|show_version|expose_version|expose_php|x_powered_by", _on, "HARD-VERSION-SHOWN", "false"),
)  # fmt: skip

DJANGO = {
    "SESSION_COOKIE_SECURE": "HARD-COOKIE-SECURE",
    "CSRF_COOKIE_SECURE": "HARD-COOKIE-SECURE",
}
"""What Django leaves off where a settings module is silent."""


@dataclass(frozen=True)
class Default:
    """One line of the defaults table: a setting, and the rule that stands against it (empty: none does)."""

    setting: Setting
    rule: str = ""
    said: str = ""
    fix: str = ""


def judged(settings: Iterable[Setting]) -> tuple[Default, ...]:
    """The defaults table."""
    several = tuple(settings)
    return (*(_default(one) for one in several if one.key != STAR), *_silent(several))


def judge_defaults(rows: Iterable[Default]) -> Iterator[Finding]:
    """A finding for each line of the table against which a rule stands."""
    for row in rows:
        if row.rule:
            one = row.setting
            subject = ":".join(filter(None, (one.scope, one.key)))
            asvs = RULES[row.rule].asvs
            said = f"{row.said} (OWASP ASVS {asvs})" if asvs else row.said
            yield finding(row.rule, Place(one.path, one.line), subject, said, fix=row.fix)


def small_words(key: str) -> str:
    """`key` as small words."""
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", key)
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


def _default(one: Setting) -> Default:
    key, value = small_words(one.key[-MAX_KEY:]), one.value.strip().strip("\"'").lower()
    if is_secret(one.key[-MAX_KEY:]):
        if one.value not in SECRETS:
            return Default(one)
        rule = "HARD-DEFAULT-PASSWORD" if _PASSWORD.search(key) else "HARD-DEFAULT-SECRET"
        kind = "a value that everybody knows" if one.value == STAND_IN else "a value that stands in the file"
        return Default(one, rule, f"{one.key} is shipped with {kind}")
    if f":{WRITTEN}@" in one.value:
        return Default(one, "HARD-DEFAULT-SECRET", f"{one.key} is an address with a password in it")
    for row in ROWS:
        if _expression(row.key).search(key) and row.bad(value):
            said = f"{one.key} is {one.value or 'empty'!s:.60}"
            return Default(one, row.rule, said, f"Set {one.key} to {row.should}.")
    return Default(one)


@lru_cache(maxsize=256)
def _expression(key: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|_)(?:{key})$")


def _silent(settings: tuple[Setting, ...]) -> Iterator[Default]:
    """What Django leaves off, where no module says it and every module that is imported whole is here, too."""
    modules = [one for one in settings if one.kind == PYTHON]
    named = {one.key for one in modules}
    if not {"INSTALLED_APPS", "MIDDLEWARE"} & named:
        return
    here = {one.path.removesuffix(".py").rpartition("/")[2] for one in modules}
    if any(one.key == STAR and one.value.rpartition(".")[2] not in here for one in modules):
        return
    first = next(one for one in modules if one.key in ("INSTALLED_APPS", "MIDDLEWARE"))
    for key, rule in DJANGO.items():
        if key not in named:
            silent = Setting(first.path, 1, PYTHON, "", key, "false")
            yield Default(silent, rule, f"{key} is not set, and Django leaves it off", f"Set {key} = True.")
