/**
 * Marks the schemas of the SDK as free of side effects, and the second pass leaves out the unused ones:
 * 1 MiB of each session. The argument is the folder of the first pass.
 *
 * @module
 */

/** `var …Schema = …;` as the bundler writes it: what goes over several lines ends unindented. */
const SCHEMA_REGEXP = /^var (\w+Schema) = ([^\n]*;|[^\n]*\n(?: {2}[^\n]*\n)*[^ \n][^\n]*;)$/gm;

const [folder = ""] = Deno.args;
let count = 0;
for await (const { name } of Deno.readDir(folder)) {
  const path = `${folder}/${name}`;
  const source = await Deno.readTextFile(path);
  const marked = source.replace(SCHEMA_REGEXP, (_, schema: string, value: string) => {
    count++;
    return `var ${schema} = /* @__PURE__ */ (() => ${value.slice(0, -1)})();`;
  });
  await Deno.writeTextFile(path, marked);
}
if (count < 100) throw new Error(`The bundler writes schemas in another way: ${count} were found`);
