/** Crockford's base 32 in lower case: sorts like the number, and no letter looks like a digit. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

const TIME_LENGTH = 10;
const SEQUENCE_LENGTH = 4;
const MAX_SEQUENCE = 32 ** SEQUENCE_LENGTH - 1;

function encodeBase32(value: number, length: number): string {
  let text = "";
  let rest = value;
  for (let i = 0; i < length; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/**
 * Makes event ids such as `evt_01kahd5g3v0001x7k2m9q4`: they sort as text in the order in which they
 * were made, also when the clock jumps back, and two processes do not make the same one.
 */
export class EventIdFactory {
  readonly #suffix: string;
  #timeMs = -1;
  #timeText = "";
  #sequence = 0;

  /**
   * Constructs a new instance.
   *
   * @param randomBytes At least 8 random bytes that tell this process from others.
   * @throws {RangeError} When there are fewer.
   */
  constructor(randomBytes: Uint8Array) {
    if (randomBytes.length < 8) {
      throw new RangeError(
        `Cannot make event ids: expected 8 random bytes, received ${randomBytes.length}`,
      );
    }
    this.#suffix = Array.from(randomBytes.subarray(0, 8), (byte) => ALPHABET.charAt(byte % 32))
      .join("");
  }

  /**
   * Makes the next id.
   *
   * @param nowMs The time in milliseconds since the epoch.
   */
  next(nowMs: number): string {
    if (nowMs > this.#timeMs || this.#sequence === MAX_SEQUENCE) {
      this.#timeMs = Math.max(nowMs, this.#timeMs + 1);
      this.#timeText = encodeBase32(this.#timeMs, TIME_LENGTH);
      this.#sequence = 0;
    } else {
      this.#sequence++;
    }
    return `evt_${this.#timeText}${encodeBase32(this.#sequence, SEQUENCE_LENGTH)}${this.#suffix}`;
  }
}
