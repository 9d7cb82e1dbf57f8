import type { TlsFiles } from "../../lib/cli/network_options.ts";
import type { TlsKeyPair } from "../../server/port/listener.ts";
import { printProblem } from "../shared/terminal.ts";

const CERTIFICATE_REGEXP = /^-----BEGIN CERTIFICATE-----\s*$/m;

/** `PRIVATE KEY`, `EC PRIVATE KEY` and `RSA PRIVATE KEY`: a server cannot ask for a passphrase. */
const PRIVATE_KEY_REGEXP = /^-----BEGIN (?:EC |RSA )?PRIVATE KEY-----\s*$/m;

interface PemFile {
  readonly flag: "tls-cert" | "tls-key";
  readonly path: string;
  readonly pattern: RegExp;
  readonly expected: string;
}

function describeReadFailure(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "its permissions do not allow reading it";
  }
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return (error as Error).message;
}

/** Reads one file; `undefined` after the problem was printed. */
function readPemFile({ flag, path, pattern, expected }: PemFile): string | undefined {
  const refuse = (reason: string) =>
    printProblem(`Cannot use the file "${path}" of --${flag}: ${reason}`);
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") {
    refuse(`Deno was started without --allow-read=${path}`);
    return undefined;
  }
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    refuse(describeReadFailure(error));
    return undefined;
  }
  if (pattern.test(text)) return text;
  refuse(`expected ${expected}`);
  return undefined;
}

/** Finds out why TLS cannot work with a certificate and a key. */
function findFault(keyPair: TlsKeyPair): string | undefined {
  try {
    // A client checks both as the listener will, without a socket and without a permission.
    Deno.createHttpClient({ ...keyPair }).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Reads the certificate and the key of the second listener, and checks that they work together.
 *
 * @returns Both as PEM, or `undefined` after the problem was printed.
 */
export function readTlsFiles({ certFile, keyFile }: TlsFiles): TlsKeyPair | undefined {
  const cert = readPemFile({
    flag: "tls-cert",
    path: certFile,
    pattern: CERTIFICATE_REGEXP,
    expected: "a certificate in PEM",
  });
  if (cert === undefined) return undefined;
  const key = readPemFile({
    flag: "tls-key",
    path: keyFile,
    pattern: PRIVATE_KEY_REGEXP,
    expected: "a private key in PEM without a passphrase",
  });
  if (key === undefined) return undefined;
  const fault = findFault({ cert, key });
  if (fault === undefined) return { cert, key };
  printProblem(`Cannot use the files of --tls-cert and --tls-key: ${fault}`);
  return undefined;
}
