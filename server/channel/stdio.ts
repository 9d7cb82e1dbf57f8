export async function* readStdin(): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(64 * 1024);
  for (let length; (length = await Deno.stdin.read(buffer)) !== null;) {
    yield buffer.subarray(0, length);
  }
}

/**
 * Creates a writer to stdout with one buffer for all writes, which come one after another: under load, a
 * buffer per write would be tens of kibibytes of garbage.
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
