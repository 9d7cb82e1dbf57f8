import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { discord } from "../../../../lib/sources/providers/discord.ts";
import { DISCORD_COMMAND, DISCORD_EVENT } from "../_payloads.ts";
import { assertSound, linesOf, mutationOf } from "../_shapes.ts";

Deno.test("discord tells of a command without its token [source.shape]", () => {
  assertEquals(linesOf(discord, { event: "2", payload: DISCORD_COMMAND }), [
    "[discord] application command - channel 645027906669510667 - user 53908232506183680",
    'command (untrusted): "deploy"',
    'options (untrusted): "app; to=production"',
    'user name (untrusted): "mason"',
    "server: 290926798626357999",
    "https://discord.com/channels/290926798626357999/645027906669510667",
  ]);
});

Deno.test("discord tells of a button, a choice and a form in a direct message [source.shape]", () => {
  const place = { channel_id: "645027906669510667", user: { id: "53908232506183680" } };
  const button = {
    ...place,
    type: 3,
    message: { id: "845027738276462632", content: "Deploy?" },
    data: { custom_id: "deploy", values: ["shop", "blog"] },
  };
  assertEquals(linesOf(discord, { event: "3", payload: button }), [
    "[discord] message component - channel 645027906669510667 - user 53908232506183680",
    'component (untrusted): "deploy"',
    'chosen (untrusted): "shop; blog"',
    'of message (untrusted): "Deploy?"',
    "https://discord.com/channels/@me/645027906669510667/845027738276462632",
  ]);
  const form = {
    ...place,
    type: 5,
    data: {
      custom_id: "bug",
      components: [
        { components: [{ custom_id: "title", value: "It fails" }] },
        { component: { custom_id: "body" } },
      ],
    },
  };
  assertEquals(linesOf(discord, { event: "5", payload: form }).slice(1, 3), [
    'component (untrusted): "bug"',
    'fields (untrusted): "title=It fails; body="',
  ]);
});

Deno.test("discord tells of an event that an app has asked for [source.shape]", () => {
  assertEquals(linesOf(discord, { event: "LOBBY_MESSAGE_CREATE", payload: DISCORD_EVENT }), [
    "[discord] lobby message create - user 53908232506183680",
    'text (untrusted): "who breaks the build?"',
    'id (untrusted): "1397656365298815006"',
    'author.id (untrusted): "53908232506183680"',
    'author.username (untrusted): "mason"',
  ]);
});

Deno.test("discord wants commands, components, forms and events [source.filter]", () => {
  const cases: [unknown, string, boolean][] = [
    [{ type: 1 }, "interaction.ping", false],
    [{ type: 2 }, "interaction.application_command", true],
    [{ type: 3 }, "interaction.message_component", true],
    [{ type: 4 }, "interaction.autocomplete", false],
    [{ type: 5 }, "interaction.modal_submit", true],
    [{ type: 99 }, "interaction.unknown", false],
    [{ type: 0 }, "interaction.unknown", false],
    [DISCORD_EVENT, "lobby_message_create", true],
  ];
  for (const [payload, event, isWanted] of cases) {
    const shape = discord.shape({ event: "", payload });
    assertEquals([shape.event, shape.isWanted], [event, isWanted]);
  }
});

Deno.test("discord looks no deeper into options than Discord nests them [source.total]", () => {
  let options: unknown[] = [];
  for (let depth = 0; depth < 10_000; depth++) options = [{ name: `o${depth}`, options }];
  const payload = { type: 2, data: { name: "x", options } };
  assertEquals(
    linesOf(discord, { event: "", payload })[2],
    'options (untrusted): "o9999; o9998; o9997"',
  );
});

Deno.test("discord makes an event of any payload [source.total]", () => {
  const payload = fc.constantFrom<unknown>(DISCORD_COMMAND, DISCORD_EVENT).chain(mutationOf);
  fc.assert(fc.property(payload, (payload) => assertSound(discord, { event: "", payload })));
});
