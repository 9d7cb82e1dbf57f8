/**
 * Removes what no event may carry: secrets by their shape, e-mail addresses and phone numbers.
 *
 * IP addresses in running text stay: in an alert they say which machine is down. Those of people go
 * by the name of the key. Every pattern is bounded, so the time is linear in the text.
 *
 * @module
 */

/** The text in place of a secret. */
export const REDACTED = "[redacted]";

/** Secrets by the prefixes that their issuers chose for scanners. */
const SECRET_REGEXP = new RegExp(
  [
    "gh[opsur]_[A-Za-z0-9]{16,}", // GitHub
    "github_pat_[A-Za-z0-9_]{16,}",
    "gl(?:pat|dt|rtr?|cbt|ptt|ft|imt|agent|soat|oas|ffct|wt)-[A-Za-z0-9_.-]{16,}", // GitLab
    "xox[a-z]-[A-Za-z0-9-]{8,}", // Slack
    "xapp-[A-Za-z0-9-]{16,}",
    "[prs]k_(?:live|test)_[A-Za-z0-9]{8,}", // Stripe
    "whsec_[A-Za-z0-9+/_-]{8,}=*",
    "A(?:KIA|SIA)[A-Z0-9]{16}", // AWS
    "AIza[A-Za-z0-9_-]{30,}", // Google
    "sk-[A-Za-z0-9_-]{20,}", // OpenAI, Anthropic, LiteLLM
    "hf_[A-Za-z0-9]{20,}", // Hugging Face
    "npm_[A-Za-z0-9]{30,}",
    "pypi-[A-Za-z0-9_-]{30,}",
    "SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}", // SendGrid
    "(?:dop|doo|dor)_v1_[a-f0-9]{32,}", // DigitalOcean
    "shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,}", // Shopify
    "lin_(?:api|oauth|wh)_[A-Za-z0-9]{16,}", // Linear
    "sntry[su]_[A-Za-z0-9+/=_-]{16,}", // Sentry
    "\\d{8,10}:[A-Za-z0-9_-]{35,}", // Telegram
    "eyJ[A-Za-z0-9_-]{8,}(?:\\.[A-Za-z0-9_-]*){0,4}", // JSON Web Token
  ].map((pattern) => `(?<![A-Za-z0-9])${pattern}`).join("|"),
  "g",
);

/**
 * Words of at most 19 small letters, with short numbers: `pypi-publish-v2-2024`. No token is so.
 */
const NAME_REGEXP =
  /^(?:\d{8,10}:)?[a-z]{1,19}\d{0,4}(?:[./_-]+(?:[a-z]{1,19}\d{0,4}|\d{1,4}))*[./_-]*$/;

/** A private key, up to the end of the text if it is cut. */
const PRIVATE_KEY_REGEXP =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,60}-----|$)/g;

/** `https://user:password@host` */
const USER_INFO_REGEXP = /:\/\/[^\s/@]{1,300}@/g;

/** A credential of a header; a word that only follows "basic" or "bearer" has no digit. */
const AUTHORIZATION_REGEXP =
  /\b(bearer|basic) {1,4}(?=[A-Za-z._~+/=-]{0,64}\d)[A-Za-z0-9._~+/=-]{16,}/gi;

/** `TOKEN=…` of a shell, an environment or a query. */
const ASSIGNMENT_REGEXP =
  /(password|passwd|passphrase|pwd|secret|token|api_?key|access_?key|private_?key)=[^\s&,;"']{4,}/gi;

/** An address; `git@github.com:owner/name` is a repository, `name@1.2.3` a version. */
const EMAIL_REGEXP =
  /(?<![\p{L}\p{N}._%+-])(?!git@)[\p{L}\p{N}._%+-]{1,64}@(?!v?\d+\.\d)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}/giu;

/** International numbers, then those of North America with their signs. */
const PHONE_REGEXP =
  /(?<![\w+])\+\d{10,15}(?!\w)|(?<![\w+])\+\d{1,3}(?:[ .()-]{1,2}\d{2,8}){2,5}(?!\w)|(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w.-])/g;

/** The fewest digits of a phone number; a `+10 -20` has fewer. */
const MIN_PHONE_DIGITS = 8;

/** Words anywhere in the name of a key. */
const SECRET_KEY_REGEXP =
  /secret|token|passw(?:or)?d|passphrase|authorization|(?:api|access|private|signing|encryption)_?key|cookie|session|credential|phone|(?:^|_)(?:dsn|pwd|ip|ip_?addr(?:ess)?|remote_?addr|response_url|trigger_id)(?:_|$)/;

const MAX_KEY_LENGTH = 200;

/** Keeps names of branches, repositories and packages that begin as tokens do. */
function redactSecret(found: string): string {
  return NAME_REGEXP.test(found) ? found : REDACTED;
}

function redactPhone(found: string): string {
  return found.replace(/\D/g, "").length < MIN_PHONE_DIGITS ? found : "[phone]";
}

/**
 * Removes secrets, e-mail addresses and phone numbers.
 *
 * @returns The text with `[redacted]`, `[e-mail]` and `[phone]` in their place.
 */
export function redactText(text: string): string {
  return text
    .replace(PRIVATE_KEY_REGEXP, REDACTED)
    .replace(SECRET_REGEXP, redactSecret)
    .replace(USER_INFO_REGEXP, `://${REDACTED}@`)
    .replace(AUTHORIZATION_REGEXP, `$1 ${REDACTED}`)
    .replace(ASSIGNMENT_REGEXP, `$1=${REDACTED}`)
    .replace(EMAIL_REGEXP, "[e-mail]")
    .replace(PHONE_REGEXP, redactPhone);
}

/**
 * Tells by its name that the value of a key is never shown: secrets, addresses and ids that answer
 * in the name of an app of Slack, and addresses and numbers of people. `clientSecret`, `API-Key`,
 * `x_session_id` and `response_url` are such names.
 */
export function isSecretKey(key: string): boolean {
  const words = key
    .slice(0, MAX_KEY_LENGTH)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
  return SECRET_KEY_REGEXP.test(words);
}
