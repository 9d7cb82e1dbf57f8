/**
 * Writes out what is beyond ASCII in the files of the bundle, as `\u2026`: of a file with a single such
 * character the engine keeps two bytes for each. The argument is the folder.
 *
 * @module
 */

const [folder = ""] = Deno.args;
for await (const { name } of Deno.readDir(folder)) {
  const path = `${folder}/${name}`;
  const source = await Deno.readTextFile(path);
  // By UTF-16 units, so that it also holds for characters that take two of them.
  const ascii = source.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  await Deno.writeTextFile(path, ascii);
}
