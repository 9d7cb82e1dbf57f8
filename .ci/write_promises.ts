/**
 * Writes `docs/promises.md`, the table of what is promised and which tests prove it.
 *
 * @module
 */

import { PROJECT } from "../tests/repository/_files.ts";
import { formatPromises } from "../tests/repository/_promises.ts";

await Deno.writeTextFile(new URL("docs/promises.md", PROJECT), await formatPromises());
