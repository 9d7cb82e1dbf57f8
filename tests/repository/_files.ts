export const PROJECT = new URL("../../", import.meta.url);

/** Lists the files below a folder, as sorted paths from the folder of the project. */
export async function listFiles(folder: string, ending: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, PROJECT))) {
    const path = `${folder}${name}`;
    if (isDirectory) paths.push(...await listFiles(`${path}/`, ending));
    else if (name.endsWith(ending)) paths.push(path);
  }
  return paths.sort();
}

export async function readFile(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, PROJECT));
}
