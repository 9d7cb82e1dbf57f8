/** The folder of the project. */
export const PROJECT = new URL("../../", import.meta.url);

/** The paths of the files below a folder of the project, relative to the project, sorted. */
export async function listFiles(folder: string, ending: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, PROJECT))) {
    const path = `${folder}${name}`;
    if (isDirectory) paths.push(...await listFiles(`${path}/`, ending));
    else if (name.endsWith(ending)) paths.push(path);
  }
  return paths.sort();
}

/** The text of a file of the project. */
export async function readFile(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, PROJECT));
}
