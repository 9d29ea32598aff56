// One suite for every client library, over every transport it has: it lists
// the tools, takes a bot through a meeting, and calls each tool there is, so
// that the library holds each result against the tool's output schema.

import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { test } from "node:test"
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js"
import { SSEClientTransport as SSEV1 } from "@modelcontextprotocol/sdk/client/sse.js"
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js"
import { StreamableHTTPClientTransport as HTTPV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js"
import { Client as ClientV2, SSEClientTransport as SSEV2, StreamableHTTPClientTransport as HTTPV2 } from "@modelcontextprotocol/client"
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio"

import { aMinute, freshLink, freshWord, until } from "./story.mjs"

const { E2E_BINARY: binary, E2E_SERVER: server, E2E_SPEED: speed } = process.env
const toolNames = JSON.parse(execFileSync(binary, ["tools", "--json"])).tools.map((tool) => tool.name)
const stdio = { command: binary, args: ["stdio", "--sandbox", "--sandbox-speed", speed, "--log-level", "warn"], stderr: "inherit" }

const about = { name: "e2e", version: "1.0.0" }
const pinned = { versionNegotiation: { mode: { pin: "2026-07-28" } } }
for (const [name, connect] of [
  ["@modelcontextprotocol/sdk 1.32.2 over stdio", () => [new ClientV1(about), new StdioV1(stdio)]],
  ["@modelcontextprotocol/sdk 1.32.2 over SSE", () => [new ClientV1(about), new SSEV1(new URL("/sse", server))]],
  ["@modelcontextprotocol/sdk 1.32.2 over /mcp", () => [new ClientV1(about), new HTTPV1(new URL("/mcp", server))]],
  ["@modelcontextprotocol/client 2.4.0 over stdio", () => [new ClientV2(about), new StdioV2(stdio)]],
  ["@modelcontextprotocol/client 2.4.0 over SSE", () => [new ClientV2(about), new SSEV2(new URL("/sse", server))]],
  ["@modelcontextprotocol/client 2.4.0 over /mcp", () => [new ClientV2(about), new HTTPV2(new URL("/mcp", server))]],
  ["@modelcontextprotocol/client 2.4.0 over stdio, protocol 2026-07-28", () => [new ClientV2(about, pinned), new StdioV2(stdio)]],
  ["@modelcontextprotocol/client 2.4.0 over /mcp, protocol 2026-07-28", () => [new ClientV2(about, pinned), new HTTPV2(new URL("/mcp", server))]],
]) {
  test(name, { timeout: 60_000 }, (t) => suite(t, ...connect()))
}

async function suite(t, client, transport) {
  const faults = []
  const updates = []
  client.onerror = (error) => faults.push(error)
  client.setNotificationHandler(client instanceof ClientV1 ? ResourceUpdatedNotificationSchema : "notifications/resources/updated", ({ params }) => void updates.push(params.uri))
  await client.connect(transport)
  t.after(() => client.close())
  const called = new Set()

  const result = (name, args) => {
    called.add(name)
    return client.callTool({ name, arguments: args })
  }
  // ok calls a tool that is to succeed, and returns its structured form and its text.
  const ok = async (name, args = {}) => {
    const { content, structuredContent, isError } = await result(name, args)
    assert.ok(!isError, `${name}: ${content[0]?.text}`)
    assert.equal(content[0].type, "text")
    assert.ok(content[0].text.length > 10, `${name} has a text`)
    return { ...structuredContent, text: content[0].text, structured: structuredContent, pictures: content.slice(1) }
  }

  // agreed makes a call that loses something: the first only says what, where the client cannot ask.
  const agreed = async (name, args) => {
    const { confirm, would_be_lost } = await ok(name, args)
    assert.ok(confirm && would_be_lost, `${name} says what would be lost`)
    const done = await ok(name, { ...args, confirm })
    assert.equal(done.confirm, undefined, `${name} asks once`)
    return done
  }

  await t.test("tools/list", async () => {
    assert.equal(client.getServerVersion().name, "meetmcp")
    assert.match(client.getInstructions(), /bot_id/)
    const { tools } = await client.listTools()
    assert.deepEqual(tools.map((tool) => tool.name), toolNames)
    for (const { name, title, description, inputSchema, outputSchema, annotations } of tools) {
      assert.ok(title && description && annotations, name)
      assert.equal(inputSchema.type, "object", name)
      assert.equal(outputSchema?.type, name.endsWith("_guide") || name === "get_transcript" ? undefined : "object", name)
    }
  })

  // subscribe subscribes as the protocol of the connection has it, and returns what ends it.
  const subscribe = async (...uris) => {
    if (client.getNegotiatedProtocolVersion?.() === "2026-07-28") {
      const subscription = await client.listen({ resourceSubscriptions: uris })
      assert.deepEqual(subscription.honoredFilter.resourceSubscriptions, uris)
      return () => subscription.close()
    }
    await Promise.all(uris.map((uri) => client.subscribeResource({ uri })))
    return () => Promise.all(uris.map((uri) => client.unsubscribeResource({ uri })))
  }

  let mine, unsubscribe
  await t.test("join_meeting, get_meeting_data, leave_meeting", async () => {
    const joined = await ok("join_meeting", { meeting_url: freshLink(), bot_name: "Ada", extra: { title: "End to end" } })
    mine = joined.bot_id
    assert.match(joined.text, new RegExp(mine))
    const look = await ok("get_meeting_data", { bot_id: mine })
    assert.equal(look.title, "End to end")
    assert.match(look.state, /^(joining|in call)$/)
    assert.equal(client.getServerCapabilities().resources.subscribe, true)
    unsubscribe = await subscribe(`meeting://${mine}`, `meeting://${mine}/transcript`)
    await until("the bot is in the call", async () => (await ok("wait_for_meeting", { bot_id: mine, until: "joined", timeout_s: 10 })).reached)
    await aMinute()
    const left = await ok("leave_meeting", { bot_id: mine })
    assert.ok(left.ok || left.state === "ended") // a meeting lasts two seconds here, and may be over
    const end = await until("the transcript is there", async () => {
      const look = await ok("get_meeting_data", { bot_id: mine, include_transcripts: true, max_tokens: 2000 })
      return look.state === "ended" && look.transcript.words > 0 && look
    })
    assert.match(end.text, /not instructions/)
  })

  await t.test("what was subscribed to has changed", async () => {
    await until("the meeting and its transcript are told to have changed", () => [`meeting://${mine}`, `meeting://${mine}/transcript`].every((uri) => updates.includes(uri)))
    await unsubscribe()
    await assert.rejects(async () => client.getNegotiatedProtocolVersion?.() === "2026-07-28"
      ? assert.ok((await client.listen({ resourceSubscriptions: ["meeting://nobody"] })).honoredFilter.resourceSubscriptions)
      : client.subscribeResource({ uri: "meeting://nobody" }))
  })

  let ended
  await t.test("list_bots", async () => {
    const list = await ok("list_bots", { limit: 50 })
    assert.ok(list.bots.some((bot) => bot.bot_id === mine))
    assert.ok(list.coverage)
    ended = list.bots.find((bot) => bot.ended_at && bot.meeting_url.includes("meet.google.com") && bot.bot_name !== "Ada").bot_id
    assert.match(list.text, new RegExp(ended))
  })

  await t.test("get_screenshots with a picture", async () => {
    const shots = await ok("get_screenshots", { bot_id: ended, images: 1 })
    assert.ok(shots.screenshots.length > 0)
    const [picture] = shots.pictures
    assert.equal(picture.type, "image")
    assert.equal(picture.mimeType, "image/jpeg")
    assert.deepEqual([...Buffer.from(picture.data, "base64").subarray(0, 3)], [0xff, 0xd8, 0xff])
  })

  await t.test("the three guides to webhooks", async () => {
    for (const name of ["get_webhook_guide", "get_bot_webhook_guide", "get_calendar_webhook_guide"]) {
      const guide = await ok(name)
      assert.equal(guide.structured, undefined, name)
      assert.match(guide.text, /x-meeting-baas-api-key/)
    }
  })

  await t.test("wrong calls are answered with what to do", async () => {
    const wrong = await result("join_meeting", { meeting_link: freshLink(), bot_name: "Ada" })
    assert.equal(wrong.isError, true)
    assert.match(wrong.content[0].text, /Did you mean "meeting_url"\?/)
    const unknown = await result("get_meeting_data", { bot_id: "00000000-0000-4000-8000-000000000000" })
    assert.equal(unknown.isError, true)
    assert.match(unknown.content[0].text, /list_bots/)
    await assert.rejects(client.callTool({ name: "join_meetings", arguments: {} }), /no tool "join_meetings"/)
  })

  await t.test("retranscribe_meeting, delete_meeting_data", async () => {
    await agreed("retranscribe_meeting", { bot_id: mine })
    assert.match((await agreed("delete_meeting_data", { bot_id: mine })).text, /deleted/)
  })

  await t.test("calendars and their recordings", async () => {
    const access = { platform: "Microsoft", oauth_client_id: "id", oauth_client_secret: "secret", oauth_refresh_token: "token" }
    const raw = await ok("list_raw_calendars", access)
    const { calendar_id } = await ok("create_calendar", { ...access, raw_calendar_id: raw.calendars[0].raw_calendar_id })
    assert.ok((await ok("list_calendars")).calendars.some((calendar) => calendar.calendar_id === calendar_id))
    await ok("get_calendar", { calendar_id })
    await ok("resync_calendars")
    const { events } = await ok("list_calendar_events", { calendar_id, detail: "full" })
    const { event_id } = events.findLast((event) => event.meeting_url)
    await ok("schedule_recording", { event_id, bot_name: "Ada", extra: { team: "garden" }, webhook_url: "https://example.com/hook" })
    await ok("update_recording", { event_id, bot_name: "Grace", clear: ["webhook_url"] })
    const event = await ok("get_calendar_event", { event_id, detail: "full" })
    assert.equal(event.bot_param.bot_name, "Grace")
    await agreed("unschedule_recording", { event_id })
    await agreed("update_calendar", { calendar_id, ...access })
    await agreed("delete_calendar", { calendar_id })
  })

  await t.test("reading and searching what was said", async () => {
    const page = await ok("get_transcript", { bot_id: ended, max_tokens: 1000 })
    assert.match(page.text, /meeting speech/)
    const { results, coverage } = await ok("search_transcripts", { query: "planning the quarter", limit: 3 })
    assert.ok(results.length > 0 && coverage.searched > 0)
    await ok("get_transcript", { bot_id: results[0].bot_id, turns: String(results[0].turns[0].turn), format: "json" })
  })

  await t.test("summaries, and what does not stand in the meeting", async () => {
    const summary = await ok("summarize_meeting", { bot_id: ended, max_words: 60 })
    const overStdio = transport instanceof StdioV1 || transport instanceof StdioV2 // where no model is named
    assert.equal(summary.engine, overStdio ? "extractive" : "model")
    assert.ok(summary.points.length > 0 && summary.coverage.share === 1)
    const { text, evidence: [{ quote, turn }] } = summary.points[0]
    const { claims } = await ok("verify_claims", { bot_id: ended, claims: [
      { text, quote, turn },
      { text: "They sold the moon.", quote: "we agreed to sell the moon to our neighbours", turn: 1 },
    ] })
    assert.match(claims[0].status, /^(verified|tentative)$/)
    assert.equal(claims[1].status, "unverified")
  })

  await t.test("resources, prompts and completion", async () => {
    const [recent] = (await client.listResources()).resources
    assert.equal(recent.uri, "meeting://recent")
    assert.equal((await client.listResourceTemplates()).resourceTemplates.length, 3)
    const read = async (uri) => (await client.readResource({ uri })).contents[0].text
    assert.match(await read(recent.uri), new RegExp(ended))
    assert.match(await read(`meeting://${ended}`), new RegExp(ended))
    assert.match(await read(`meeting://${ended}/transcript?from=0:05&to=1:00`), /meeting speech/)
    await assert.rejects(read("meeting://00000000-0000-4000-8000-000000000000"), /list_bots/)
    const { prompts } = await client.listPrompts()
    assert.equal(prompts.length, 5)
    const { messages } = await client.getPrompt({ name: "meeting_summary", arguments: { bot_id: ended } })
    assert.match(messages[0].content.text, new RegExp(`get_transcript\\(bot_id: "${ended}"\\)`))
    const complete = async (ref, name, value) => (await client.complete({ ref, argument: { name, value } })).completion.values
    assert.deepEqual(await complete({ type: "ref/prompt", name: "meeting_summary" }, "bot_id", ended), [ended])
    assert.deepEqual(await complete({ type: "ref/prompt", name: "meeting_summary" }, "length", "f"), ["full"])
    assert.deepEqual(await complete({ type: "ref/resource", uri: "meeting://{bot_id}/transcript" }, "bot_id", ended), [ended])
  })

  await t.test("Zoom connections", async () => {
    const { connection_id } = await ok("create_zoom_connection", {
      authorization_code: freshWord(), redirect_uri: "https://example.com/zoom", zoom_client_id: "id", zoom_client_secret: "secret",
    })
    assert.ok((await ok("list_zoom_connections")).connections.some((connection) => connection.connection_id === connection_id))
    await ok("get_zoom_connection", { connection_id })
    await agreed("delete_zoom_connection", { connection_id })
  })

  await t.test("that was every tool, and the library saw no fault", () => {
    assert.deepEqual(toolNames.filter((name) => !called.has(name)), [])
    assert.deepEqual(faults, [])
  })
}
