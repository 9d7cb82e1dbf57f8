import { assertEquals, assertRejects } from "@std/assert";
import { Mailbox } from "../../../cli/demo/mailbox.ts";

Deno.test("Mailbox.take() returns items in the order in which they were put", async () => {
  const mailbox = new Mailbox<number>();
  const first = mailbox.take("The first", 1000);
  const second = mailbox.take("The second", 1000);
  for (const item of [1, 2, 3]) mailbox.put(item);
  assertEquals([await first, await second, await mailbox.take("The third", 1000)], [1, 2, 3]);
});

Deno.test("Mailbox.take() rejects when nothing comes, and loses nothing that comes later", async () => {
  const mailbox = new Mailbox<number>();
  await assertRejects(() => mailbox.take("The item", 1), Error, "The item did not come");
  mailbox.put(7);
  assertEquals(await mailbox.take("The item", 1000), 7);
});
