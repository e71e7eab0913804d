"""The forms of secrets that are recognised inside a text: tokens, keys, headers, connection strings; each has a name.

To add one: a `SecretPattern` here, and an example in `tests/data/text/test_secret_patterns.py`, which requires one for
each. Sources: the providers' documentation of their token formats, and the rules of gitleaks and of GitHub's secret
scanning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

HIDDEN = "[redacted]"
_START = r"(?<![A-Za-z0-9/_-])"
"""A token begins a word: parts of digests, paths and longer names are not tokens."""
_VALUE = r"[^\s\"'`,;&\[\]{}()<>]"
_NO_VALUE = (
    r"(?!sha256:|(?i:required|missing|unknown|none|null|true|false|wrong|changed|expired|invalid|not|is|was|the)\b)"
)
"""Words after `password:` in a sentence, and digests, which reveal nothing."""


SHORTEST = 8
"""A shorter text contains no secret that could be recognised."""


class SecretPattern(NamedTuple):
    """A form of secret. Each text with such a secret contains one of the `hints`, which are searched first.

    The text is in lower case for that unless `cased` is True. Of a match only the group `secret` is hidden if the
    pattern has one.
    """

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    cased: bool = False


def _token(name: str, hint: str | tuple[str, ...], pattern: str) -> SecretPattern:
    hints = (hint,) if isinstance(hint, str) else hint
    return SecretPattern(name, hints, re.compile(f"{_START}(?:{pattern})"), cased=True)


def _form(name: str, hint: str | tuple[str, ...], pattern: str, flags: int = 0) -> SecretPattern:
    hints = (hint,) if isinstance(hint, str) else hint
    return SecretPattern(name, hints, re.compile(pattern, flags))


PRIVATE_KEYS = frozenset({"private key in PEM form", "PuTTY private key"})
PATTERNS: tuple[SecretPattern, ...] = (
    # The whole key first: a line of it could have the form of another secret.
    _form(
        "private key in PEM form",
        "private key",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
        r"(?:.{0,10000}?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?",
        re.DOTALL,
    ),
    _form("PuTTY private key", "private-lines", r"Private-Lines:\s*\d+\s+(?P<secret>[A-Za-z0-9+/=\s]{40,})"),
    _token("age private key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[0-9A-Z]{20,}"),
    _form("otpauth address", "otpauth://", r"otpauth://\S+"),
    _form("password in an address", "://", r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"),
    _form("token in an address", "://", r"(?<=://)[^/\s:@\[]{20,}(?=@)"),
    _form("Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows)/(?P<secret>[A-Za-z0-9/_-]+)"),
    _form("Discord webhook", "/api/webhooks/", r"/api/webhooks/(?P<secret>\d+/[A-Za-z0-9_-]+)"),
    _form(
        "parameter of an address",
        ("token=", "sig=", "signature=", "password=", "secret=", "key="),
        r"(?i)[?&](?:access_token|refresh_token|id_token|auth_token|token|api_?key|sig|signature|x-amz-signature"
        rf"|x-goog-signature|password|secret|client_secret)=(?P<secret>{_VALUE}{{6,}})",
    ),
    _token("AWS access key", ("AKIA", "ASIA", "ABIA", "ACCA"), r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])"),
    _token("Google API key", "AIza", r"AIza[0-9A-Za-z_-]{35}"),
    _token("Google OAuth token", ("ya29.", "GOCSPX-"), r"ya29\.[0-9A-Za-z_-]{20,}|GOCSPX-[0-9A-Za-z_-]{20,}"),
    _form(
        "Azure storage key",
        ("accountkey=", "accesskey=", "sharedaccesssignature="),
        r"(?i)(?:AccountKey|SharedAccessKey|AccessKey|SharedAccessSignature)=(?P<secret>[A-Za-z0-9+/=%&_-]{20,})",
    ),
    _form("Azure client secret", "q~", r"(?<![A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{30,}"),
    _token(
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}",
    ),
    _token("GitLab token", "gl", r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas)-[A-Za-z0-9_.-]{20,}"),
    _token("Slack token", ("xox", "xapp-"), r"xox[abceprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,}"),
    _token(
        "Stripe key",
        ("k_live_", "k_test_", "whsec_"),
        r"[rsp]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{20,}",
    ),
    _token(
        "OpenAI or Anthropic key",
        "sk-",
        r"sk-(?:(?:proj|svcacct|admin|ant|or|lf)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9_]{20,})",
    ),
    _token("Hugging Face token", ("hf_", "api_org_"), r"(?:hf|api_org)_[A-Za-z0-9]{30,}"),
    _token("Groq or Replicate key", ("gsk_", "r8_"), r"gsk_[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{30,}"),
    _token("JSON web token", "eyJ", r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*"),
    _token("npm token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    _token("PyPI token", "pypi-", r"pypi-[A-Za-z0-9_-]{50,}"),
    _token("RubyGems token", "rubygems_", r"rubygems_[a-f0-9]{40,}"),
    _token("Docker token", "dckr_", r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    _token("Twilio key", "SK", r"SK[0-9a-f]{32}(?![0-9a-f])"),
    _token("SendGrid key", "SG.", r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{32,}"),
    _token("Mailgun key", "key-", r"key-[0-9a-f]{32}(?![0-9a-f])"),
    _token("Mailchimp key", "-us", r"[0-9a-f]{32}-us\d{1,2}(?!\d)"),
    _token("Databricks token", "dapi", r"dapi[0-9a-f]{32}(?:-\d)?"),
    _token("DigitalOcean token", "_v1_", r"do[opr]_v1_[a-f0-9]{40,}"),
    _token("Vault token", ("hvs.", "hvb.", "hvr."), r"hv[sbr]\.[A-Za-z0-9_-]{20,}"),
    _form("Terraform token", ".atlasv1.", r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}"),
    _token("Grafana or Sentry token", ("glsa_", "glc_", "sntry"), r"(?:gl(?:sa|c)|sntry[su])_[A-Za-z0-9_=+/-]{20,}"),
    _token("New Relic key", "NR", r"NR(?:AK|II|JS)-[A-Za-z0-9]{20,}"),
    _token("Atlassian token", ("ATATT", "ATBB"), r"AT(?:ATT|BB)[A-Za-z0-9_=-]{24,}"),
    _token(
        "Linear, Notion or Postman key",
        ("lin_api_", "ntn_", "PMAK-"),
        r"lin_api_[A-Za-z0-9]{30,}|ntn_[A-Za-z0-9]{40,}|PMAK-[A-Za-z0-9-]{30,}",
    ),
    _token("Shopify token", "shp", r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    _token("Telegram bot token", ":AA", r"\d{8,10}:AA[A-Za-z0-9_-]{30,}"),
    _form(
        "authorization header",
        "authorization",
        rf"(?i)authorization[\"']?\s*[:=]\s*[\"']?(?:(?:basic|bearer|token|digest|negotiate)\s+)?(?P<secret>{_VALUE}{{6,}})",
    ),
    _form("bearer token", "bearer", r"(?i)\bbearer\s+(?P<secret>(?=[A-Za-z._~+/=-]*\d)[A-Za-z0-9._~+/-]{16,}=*)"),
    _form("basic credentials", "basic", r"\b[Bb]asic\s+(?P<secret>[A-Za-z0-9+/]{8,}={1,2})"),
    _form("user and password of curl", ("-u", "--user"), r"(?<!\S)(?:-u|--user)[\s=]+[^\s:]+:(?P<secret>[^\s\[]+)"),
    _form(
        "password in a text",
        ("passw", "passphrase", "pwd", "passcode"),
        r"(?i)(?:password|passwd|passphrase|passcode|pwd)[\"']?\s*[:=]+>?\s*[\"']?"
        rf"{_NO_VALUE}(?P<secret>{_VALUE}{{4,}})",
    ),
    _form(
        "key or token in a text",
        ("key", "secret", "token"),
        r"(?i)(?<![A-Za-z])(?:api[_-]?key|access[_-]?key(?:[_-]?id)?|secret[_-]?key"
        r"|secret[_-]?access[_-]?key|private[_-]?key(?:[_-]?id)?|account[_-]?key|client[_-]?secret"
        r"|(?:access|auth|refresh|session|bearer|api)[_-]?token|secret|token)[\"']?\s*[:=]+>?\s*[\"']?"
        rf"{_NO_VALUE}(?P<secret>(?=[A-Za-z]*[^A-Za-z\s]){_VALUE}{{8,}})",
    ),
    _form(
        "one-time code in a text",
        ("otp", "one-time", "totp", "seed"),
        r"(?i)(?<![A-Za-z])(?:t?otp|one-time[ -]code|totp[_ -]?(?:seed|secret))[\"']?\s*[:=]\s*[\"']?"
        r"(?P<secret>\d{6}(?!\d)|[A-Z2-7]{16,})",
    ),
)


def without_secrets_in(text: str) -> str:
    """Return the text with each secret that is recognised replaced by HIDDEN."""
    for form in _possible(text):
        text = form.pattern.sub(_hidden, text)
    return text


def secrets_in(text: str, certain: bool = False) -> Iterator[str]:
    """Yield the name of each pattern that recognises a secret in the text.

    With `certain` only private keys and tokens of a provider, which no ordinary text contains.
    """
    for form in _possible(text):
        if (form.cased or form.name in PRIVATE_KEYS or not certain) and form.pattern.search(text):
            yield form.name


def _possible(text: str) -> list[SecretPattern]:
    """Return the patterns one of whose hints is in the text: a search for a hint is far faster than for a pattern."""
    if len(text) < SHORTEST:
        return []
    lower, found = text.lower(), []
    for form in PATTERNS:
        searched = text if form.cased else lower
        for hint in form.hints:
            if hint in searched:
                found.append(form)
                break
    return found


def _hidden(match: re.Match[str]) -> str:
    if "secret" not in match.re.groupindex:
        return HIDDEN
    begin, end = match.start("secret") - match.start(), match.end("secret") - match.start()
    return match[0][:begin] + HIDDEN + match[0][end:]
