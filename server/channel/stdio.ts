export async function* readStdin(): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(64 * 1024);
  for (let length; (length = await Deno.stdin.read(buffer)) !== null;) {
    yield buffer.subarray(0, length);
  }
}

/**
 * A writer to stdout with one buffer for all writes, of which one is under way at a time: under load
 * a new one for each would be tens of kibibytes of garbage.
 */
export function createStdoutWriter(): (text: string) => Promise<void> {
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(64 * 1024);
  return async (text) => {
    for (let rest = text; rest !== "";) {
      const { read, written: length } = encoder.encodeInto(rest, buffer);
      for (let written = 0; written < length;) {
        written += await Deno.stdout.write(buffer.subarray(written, length));
      }
      rest = rest.slice(read);
    }
  };
}
