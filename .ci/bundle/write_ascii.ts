/**
 * Escapes all characters beyond ASCII in the files of the bundle (`\u2026`): a single one makes the
 * engine keep two bytes for each character of its file. The argument is the folder.
 *
 * @module
 */

const [folder = ""] = Deno.args;
for await (const { name } of Deno.readDir(folder)) {
  const path = `${folder}/${name}`;
  const source = await Deno.readTextFile(path);
  // UTF-16 units: characters beyond the first plane take two of them.
  const ascii = source.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  await Deno.writeTextFile(path, ascii);
}
