/**
 * Edits the access of a state folder as a process of its own: `_edit_access.ts <folder> <id> <count>`.
 *
 * @module
 */

import { noteUse } from "../../lib/access/changes.ts";
import { AccessStore } from "../../server/access/store.ts";

const [stateDir = "", id = "", count = "0"] = Deno.args;
const store = new AccessStore({ stateDir });
for (let nowMs = 1; nowMs <= Number(count); nowMs++) {
  await store.update((access) => {
    const change = noteUse(access, { id, nowMs });
    if (!change.ok) throw new Error(change.message);
    const { access: changed } = change;
    return { ok: true, access: { ...changed, wrong_codes: changed.wrong_codes + 1 } };
  });
}
