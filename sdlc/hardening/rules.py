"""Every rule about hardening."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sdlc.model.deadline import Book
from sdlc.model.finding import Confidence, Finding, Place, Severity
from sdlc.model.rule import Rule

GATE = "hardening"
HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW


@dataclass(frozen=True)
class Hardening(Rule):
    """A rule with the weaknesses (CWE) that it is about, and the requirement of OWASP ASVS 5.0 that asks for it."""

    cwe: tuple[int, ...] = ()
    asvs: str = ""


RULES: dict[str, Hardening] = {
    # what the product carries
    "HARD-UNUSED": Hardening(
        "dependency without use", MEDIUM, "Remove the dependency, or allow it in gates.hardening.allow_unused.",
        (1104,), "V15.2.3",
    ),
    "HARD-UNDECLARED": Hardening(
        "import of what is not declared", MEDIUM, "Declare the distribution, or stop importing it.", (1104,), "V15.1.2"
    ),
    "HARD-UNKNOWN-IMPORT": Hardening(
        "import of what nobody gives", MEDIUM, "Declare what gives the module, or remove the import.", (1104,),
        "V15.1.2",
    ),
    "HARD-SERVICE": Hardening(
        "service outside of the baseline", MEDIUM, "Remove it, or name it in `services` of .sdlc/hardening.toml.",
        (1125,), "V15.2.3",
    ),
    # what it opens
    "HARD-PORT-UNDECLARED": Hardening(
        "open port that is not declared", HIGH, "Close it, or claim it in the threat model.", (1125,), "V13.1.1"
    ),
    "HARD-PORT-CLOSED": Hardening(
        "declared port that is not open", LOW, "Remove the claim, or say how the product opens it.", (), "V13.1.1"
    ),
    "HARD-PORT-ADDRESS": Hardening(
        "port open at a wider address", HIGH, "Bind it to the address that is declared.", (668,), "V13.1.1"
    ),
    # what it ships as defaults
    "HARD-DEBUG": Hardening("debug mode on", HIGH, "Switch it off in what is shipped.", (489,), "V13.4.2"),
    "HARD-DEFAULT-PASSWORD": Hardening(
        "default password", HIGH, "Ship none: let the first start ask for it, or take it from outside.", (1392,),
        "V6.3.2",
    ),
    "HARD-DEFAULT-SECRET": Hardening(
        "secret in the defaults", HIGH, "Take it from a secret store or the environment, without a default.", (798,),
        "V13.3.1",
    ),
    "HARD-CORS": Hardening("any origin may ask", MEDIUM, "Name the origins that may.", (942,), "V3.4.2"),
    "HARD-HOSTS": Hardening("any host name is served", MEDIUM, "Name the hosts that are served.", (644,)),
    "HARD-OPEN-BY-DEFAULT": Hardening(
        "allowed by default", HIGH, "Deny by default, and allow where it is needed.", (276,), "V8.2.1"
    ),
    "HARD-PERMISSIONS": Hardening("files that everybody may write", MEDIUM, "Let only the owner write.", (732,)),
    "HARD-AUTOESCAPE": Hardening("output is not escaped", HIGH, "Switch autoescape on.", (79,), "V1.2.1"),
    "HARD-TLS-VERIFY": Hardening("certificates are not verified", HIGH, "Verify them.", (295,), "V12.3.2"),
    "HARD-TLS-OFF": Hardening("no TLS by default", MEDIUM, "Switch it on in what is shipped.", (319,), "V12.2.1"),
    "HARD-TLS-VERSION": Hardening("old version of TLS", HIGH, "Allow TLS 1.2 and 1.3 only.", (327,), "V12.1.1"),
    "HARD-COOKIE-SECURE": Hardening("cookie over plain HTTP", MEDIUM, "Set it to true.", (614,), "V3.3.1"),
    "HARD-COOKIE-SAMESITE": Hardening("cookie for other sites", MEDIUM, "Set it to Lax or Strict.", (1275,), "V3.3.2"),
    "HARD-COOKIE-HTTPONLY": Hardening("cookie that scripts read", MEDIUM, "Set it to true.", (1004,), "V3.3.4"),
    "HARD-CSRF": Hardening("no protection against forged requests", HIGH, "Switch it on.", (352,), "V3.5.1"),
    "HARD-LISTING": Hardening("folders are listed", MEDIUM, "Switch the listing off.", (548,), "V13.4.3"),
    "HARD-ADMIN": Hardening(
        "administration or documentation on by default", MEDIUM, "Switch it off by default.", (1188,), "V13.4.5"
    ),
    "HARD-VERSION-SHOWN": Hardening("version told to everybody", LOW, "Switch it off.", (200,), "V13.4.6"),
    # what it runs in
    "HARD-IMAGE-ROOT": Hardening("image that runs as root", MEDIUM, "End the image with USER and no root.", (250,)),
    "HARD-IMAGE-TAG": Hardening("image without a version", MEDIUM, "Name a version, or better a digest.", (1357,)),
    "HARD-IMAGE-DIGEST": Hardening("image without a digest", LOW, "Name the digest: image:1.2@sha256:….", (1357,)),
    "HARD-IMAGE-ADD": Hardening(
        "download without a checksum", MEDIUM, "Use ADD --checksum=sha256:…, or COPY what was checked.", (494,)
    ),
    "HARD-IMAGE-SECRET": Hardening(
        "secret in an image", HIGH, "Mount it at build time (RUN --mount=type=secret), or give it at start.", (798,),
        "V13.3.1",
    ),
    "HARD-IMAGE-HEALTH": Hardening("image without a health check", LOW, "Write a HEALTHCHECK.", (778,)),
    "HARD-CONTAINER-PRIVILEGED": Hardening("privileged container", HIGH, "Remove `privileged`.", (250,)),
    "HARD-CONTAINER-CAPABILITIES": Hardening(
        "container with more rights than it needs", MEDIUM, "Drop ALL, and add only what is needed.", (250,)
    ),
    "HARD-CONTAINER-HOST": Hardening("container that shares the host", HIGH, "Remove it.", (653,)),
    "HARD-CONTAINER-SOCKET": Hardening("container that rules the engine", HIGH, "Do not mount its socket.", (250,)),
    "HARD-CONTAINER-PATH": Hardening("container with a folder of the host", MEDIUM, "Use a volume.", (653,)),
    "HARD-CONTAINER-CONFINED": Hardening("confinement switched off", HIGH, "Leave the default profile on.", (693,)),
    "HARD-CONTAINER-ROOT": Hardening("container that may run as root", MEDIUM, "Run it as a user of its own.", (250,)),
    "HARD-CONTAINER-ESCALATION": Hardening(
        "rights may grow", MEDIUM, "Set no-new-privileges, or allowPrivilegeEscalation: false.", (250,)
    ),
    "HARD-CONTAINER-WRITABLE": Hardening(
        "container that may change itself", LOW, "Let its root be read-only, with tmpfs where it writes.", (732,)
    ),
    "HARD-CONTAINER-LIMITS": Hardening("container without a limit", LOW, "Set limits of memory and CPU.", (770,)),
    "HARD-CONTAINER-SECRET": Hardening(
        "secret in a manifest", HIGH, "Take it from a secret of the platform.", (798,), "V13.3.1"
    ),
    "HARD-UNIT-ROOT": Hardening("service that runs as root", MEDIUM, "Set User= or DynamicUser=yes.", (250,)),
    "HARD-UNIT-ESCALATION": Hardening("rights may grow", MEDIUM, "Set NoNewPrivileges=yes.", (250,)),
    "HARD-UNIT-FILES": Hardening("service that sees more files than it needs", MEDIUM, "Set it as shown.", (732,)),
    "HARD-UNIT-CAPABILITIES": Hardening(
        "service with all capabilities", LOW, "Set CapabilityBoundingSet= to what is needed, or to nothing.", (250,)
    ),
    "HARD-UNIT-KERNEL": Hardening("service that reaches into the kernel", LOW, "Set it as shown.", (250,)),
    "HARD-SSHD": Hardening("weak setting of sshd", HIGH, "Set it as shown.", (1188,)),
    "HARD-SYSCTL": Hardening("weak setting of the kernel", MEDIUM, "Set it as shown.", (1188,)),
    "HARD-NGINX": Hardening("weak setting of nginx", MEDIUM, "Set it as shown.", (1188,)),
    # the baseline
    "HARD-BASELINE": Hardening("stricter setting is not kept", HIGH, "Set it as .sdlc/hardening.toml asks.", (1188,)),
    "HARD-ACCEPTED-ENDED": Hardening("acceptance over", HIGH, "Mend the setting, or decide again.", ()),
    "HARD-ACCEPTED-NOTHING": Hardening("acceptance of nothing", LOW, "Remove the entry.", ()),
}  # fmt: skip

DAYS = Book(GATE, RULES, "HARD-ACCEPTED-ENDED")


def finding(
    rule: str,
    place: Place,
    subject: str,
    message: str,
    *,
    fix: str = "",
    severity: Severity | None = None,
    confidence: Confidence = Confidence.HIGH,
) -> Finding:
    """A finding of `rule` about `subject`; `fix` is more exact than the rule's."""
    of = RULES[rule]
    made = of.finding(rule, place, subject, message, gate=GATE, severity=severity, confidence=confidence)
    properties = {"asvs": of.asvs} if of.asvs else {}
    return replace(made, fix=fix or made.fix, cwe=of.cwe, properties=properties)
