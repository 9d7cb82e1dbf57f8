/** Only the user may read what is kept. */
const FILE_MODE = 0o600;

/**
 * Writes a file so that whoever reads it, and whatever fails, finds the old text or the new one. The
 * file is readable by its user only.
 *
 * @param path The path of the file; a temporary one is made beside it.
 * @param text The text.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.getRandomValues(new Uint8Array(8)).toHex()}.tmp`;
  try {
    using file = await Deno.open(temporary, { createNew: true, write: true, mode: FILE_MODE });
    const bytes = new TextEncoder().encode(text);
    for (let written = 0; written < bytes.length;) {
      written += await file.write(bytes.subarray(written));
    }
    await file.sync();
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
