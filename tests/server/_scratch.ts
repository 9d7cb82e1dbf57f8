/** A folder of the test's own below the scratch folder of the run. */
export function createScratch(): string {
  return Deno.makeTempDirSync({ dir: Deno.env.get("SCRATCH") ?? "" });
}
