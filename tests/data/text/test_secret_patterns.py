"""Each form of secret is hidden in an ordinary sentence, and ordinary text stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text.secret_patterns import HIDDEN, PATTERNS, secrets_in, without_secrets_in

HEX, ALNUM = "0123456789abcdef" * 4, "aB3dE5gH7jK9" * 8
# Composed of parts, so that no scanner of this repository takes an example for a secret.
EXAMPLES: dict[str, list[tuple[str, str]]] = {
    "private key in PEM form": [
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", HIDDEN),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----", HIDDEN),
        ("-----BEGIN EC PRIVATE KEY-----", HIDDEN),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----", HIDDEN),
        ('{"private_key": "-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----\\n"}',
         f'{{"private_key": "{HIDDEN}\\n"}}'),
    ],
    "PuTTY private key": [(f"Private-Lines: 14\n{ALNUM}", f"Private-Lines: 14\n{HIDDEN}")],
    "age private key": [("AGE-SECRET-KEY-1" + "QZ7" * 19, HIDDEN)],
    "otpauth address": [("otpauth://totp/modelward:ana?secret=JBSWY3DPEHPK3PXP", HIDDEN)],
    "password in an address": [
        ("postgresql://me:hunter2@db.example/x", f"postgresql://{HIDDEN}@db.example/x"),
        ("redis://:hunter2@cache:6379", f"redis://{HIDDEN}@cache:6379"),
        ("mongodb+srv://u:p%40ss@cluster.example", f"mongodb+srv://{HIDDEN}@cluster.example"),
    ],
    "token in an address": [(f"https://{ALNUM[:24]}@git.example/x", f"https://{HIDDEN}@git.example/x")],
    "Slack webhook": [("https://hooks.slack.com/services/T0/B0/abc", f"https://hooks.slack.com/services/{HIDDEN}")],
    "Discord webhook": [("https://discord.com/api/webhooks/1/ab-c", f"https://discord.com/api/webhooks/{HIDDEN}")],
    "parameter of an address": [
        ("https://x.example/a?sig=abc%2Bdef&x=1", f"https://x.example/a?sig={HIDDEN}&x=1"),
        ("https://x.example/a?x=1&access_token=abcdefgh", f"https://x.example/a?x=1&access_token={HIDDEN}"),
    ],
    "AWS access key": [("AKIA" + "ABCDEFGHIJKLMNOP", HIDDEN), ("ASIA" + "ABCDEFGHIJKLMN12", HIDDEN)],
    "Google API key": [("AIza" + ALNUM[:35], HIDDEN)],
    "Google OAuth token": [("ya29." + ALNUM[:40], HIDDEN), ("GOCSPX-" + ALNUM[:28], HIDDEN)],
    "Azure storage key": [("AccountName=a;AccountKey=" + ALNUM[:86] + "==;x", f"AccountName=a;AccountKey={HIDDEN};x")],
    "Azure client secret": [("abc8Q~" + ALNUM[:34], HIDDEN)],
    "GitHub token": [("ghp_" + ALNUM[:36], HIDDEN), ("github_pat_" + ALNUM[:40], HIDDEN)],
    "GitLab token": [("glpat-" + ALNUM[:20], HIDDEN), ("glrt-" + ALNUM[:20], HIDDEN)],
    "Slack token": [("xoxb-1234567890-abc", HIDDEN), ("xapp-1-A0-123-abc", HIDDEN)],
    "Stripe key": [("sk_" + "live_" + ALNUM[:24], HIDDEN), ("rk_" + "test_" + ALNUM[:24], HIDDEN),
                   ("whsec_" + ALNUM[:32], HIDDEN)],
    "OpenAI or Anthropic key": [("sk-" + ALNUM[:48], HIDDEN), ("sk-proj-" + ALNUM[:30], HIDDEN),
                                ("sk-ant-api03-" + ALNUM[:30], HIDDEN)],
    "Hugging Face token": [("hf_" + ALNUM[:34], HIDDEN)],
    "Groq or Replicate key": [("gsk_" + ALNUM[:52], HIDDEN), ("r8_" + ALNUM[:37], HIDDEN)],
    "JSON web token": [("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", HIDDEN)],
    "npm token": [("npm_" + ALNUM[:36], HIDDEN)],
    "PyPI token": [("pypi-AgEIcHlwaS5vcmc" + ALNUM[:60], HIDDEN)],
    "RubyGems token": [("rubygems_" + HEX[:48], HIDDEN)],
    "Docker token": [("dckr_pat_" + ALNUM[:27], HIDDEN)],
    "Twilio key": [("SK" + HEX[:32], HIDDEN)],
    "SendGrid key": [("SG." + ALNUM[:22] + "." + ALNUM[:43], HIDDEN)],
    "Mailgun key": [("key-" + HEX[:32], HIDDEN)],
    "Mailchimp key": [(HEX[:32] + "-us12", HIDDEN)],
    "Databricks token": [("dapi" + HEX[:32], HIDDEN)],
    "DigitalOcean token": [("dop_v1_" + HEX[:64], HIDDEN)],
    "Vault token": [("hvs." + ALNUM[:30], HIDDEN)],
    "Terraform token": [(ALNUM[:14] + ".atlasv1." + ALNUM[:67], HIDDEN)],
    "Grafana or Sentry token": [("glsa_" + ALNUM[:40], HIDDEN), ("sntrys_" + ALNUM[:40], HIDDEN)],
    "New Relic key": [("NRAK-" + ALNUM[:27].upper(), HIDDEN)],
    "Atlassian token": [("ATATT3" + ALNUM[:60], HIDDEN)],
    "Linear, Notion or Postman key": [("lin_api_" + ALNUM[:40], HIDDEN), ("PMAK-" + ALNUM[:40], HIDDEN)],
    "Shopify token": [("shpat_" + HEX[:32], HIDDEN)],
    "Telegram bot token": [("123456789:AA" + ALNUM[:33], HIDDEN)],
    "authorization header": [
        ("Authorization: Basic dXNlcjpwYXNz", f"Authorization: Basic {HIDDEN}"),
        ("authorization: token abcdef1234", f"authorization: token {HIDDEN}"),
    ],
    "bearer token": [("curl with Bearer abcdef0123456789", f"curl with Bearer {HIDDEN}")],
    "basic credentials": [("header Basic dXNlcjpwYXNzdw==", f"header Basic {HIDDEN}")],
    "user and password of curl": [("curl -u ana:hunter2 https://x.example", f"curl -u ana:{HIDDEN} https://x.example")],
    "password in a text": [
        ("the password=hunter2, as agreed", f"the password={HIDDEN}, as agreed"),
        ("password: correcthorse", f"password: {HIDDEN}"),
        ("Server=db;User Id=sa;Pwd=Secr3t!;Encrypt=yes", f"Server=db;User Id=sa;Pwd={HIDDEN};Encrypt=yes"),
        ('{"db_password": "hunter2"}', f'{{"db_password": "{HIDDEN}"}}'),
        ("PGPASSWORD=hunter2 psql", f"PGPASSWORD={HIDDEN} psql"),
    ],
    "key or token in a text": [
        ("api_key: abcdef123456", f"api_key: {HIDDEN}"),
        ("aws_secret_access_key = " + ALNUM[:40], f"aws_secret_access_key = {HIDDEN}"),
        ('"client_secret": "abc-123-def"', f'"client_secret": "{HIDDEN}"'),
        ("TOKEN=abcdef-123456", f"TOKEN={HIDDEN}"),
        ('"private_key_id": "' + HEX[:40] + '"', f'"private_key_id": "{HIDDEN}"'),
    ],
    "one-time code in a text": [("otp=123456", f"otp={HIDDEN}"), ("one-time code: 123456", f"one-time code: {HIDDEN}")],
}  # fmt: skip

ORDINARY = (
    "sha256:" + "ab" * 32,
    "3f2a" * 10,
    "0190f3c1-7b3a-7c4d-8e21-5a6b7c8d9e0f",
    "models/risk/risk-assessment-of-credit-cards/versions/1",
    "sk-classifier-gradient-boosting-with-isotonic-calibration",
    "risk-model-sk-learn-pipeline",
    "modelward.example/ab12cd34+5f6a7b8c+ARlR0aVd0dGhpc2lzbm90YXNlY3JldA==",
    "/var/lib/modelward/registry/registry.duckdb",
    "https://example.org:8080/a@b?page=2&key=models",
    "hotel_token otp_count api_key_age secret_sauce_count passwords_reset max_tokens=4096",
    "the password is wrong; the token: expired yesterday",
    "a basic analysis of bearer bonds, and of the key: customers over 60",
    "AUC 0.71 [0.69, 0.73] on 5,000 rows; PSI of distance 0.04",
    "evidence_digest=sha256:" + "0f" * 32 + " token: sha256:" + "0f" * 32,
    "git -u origin main; pip install scikit-learn==1.9.0",
    "seed=20130101 keys=models/ops/delay",
    "2026-11-28T09:00:00.000000Z",
    "ana@example.org, Ana Ruiz <ana@example.org>",
    "hf_dataset_name, npm_package, pypi-name, dapi, SG.short.name, key-value",
    "authorization was given by the committee",
)


def test_every_pattern_has_an_example() -> None:
    assert list(EXAMPLES) == [one.name for one in PATTERNS]
    assert len(PATTERNS) >= 40


@pytest.mark.parametrize(
    "text,hidden", [pair for pairs in EXAMPLES.values() for pair in pairs],
    ids=[f"{name} {n}" for name, pairs in EXAMPLES.items() for n, _ in enumerate(pairs, 1)],
)  # fmt: skip
def test_a_secret_in_a_sentence_is_hidden(text: str, hidden: str) -> None:
    assert without_secrets_in(text) == hidden
    assert without_secrets_in(f"They wrote: {text} in the comment.").startswith("They wrote: ")
    assert HIDDEN in without_secrets_in(f"({text})")


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_pattern_recognises_its_example_by_itself(name: str) -> None:
    assert all(name in set(secrets_in(text)) for text, _ in EXAMPLES[name])


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_unchanged(text: str) -> None:
    assert (without_secrets_in(text), list(secrets_in(text))) == (text, [])


@given(st.text(max_size=60), st.sampled_from([text for pairs in EXAMPLES.values() for text, _ in pairs]))
def test_a_second_redaction_changes_nothing(text: str, secret: str) -> None:
    hidden = without_secrets_in(f"{text} {secret} {text}")
    assert without_secrets_in(hidden) == hidden


@pytest.mark.parametrize("part", ["a", "-", "key-", "password", "eyJ.", "://", "token ", "Private-Lines: 1 ", "x_"])
def test_a_hostile_text_of_a_million_characters_is_read_to_its_end(part: str) -> None:
    """A pattern whose time grew with the square of the length would reach the time limit that every test has."""
    text = part * (1_000_000 // len(part)) + " AKIA" + "ABCDEFGHIJ234567"
    assert without_secrets_in(text).endswith(HIDDEN)
