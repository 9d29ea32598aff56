// The vendor's own SDK against `meetmcp sandbox`: each of its 26 methods
// succeeds, with an answer of the documented shape.

import assert from "node:assert/strict"
import { test } from "node:test"
import { createBaasClient } from "@meeting-baas/sdk"

import { anything, differences, listOf, maybe, oneOf, text, time, uuid, yes } from "./shape.mjs"
import { aMinute, freshLink, until } from "./story.mjs"

const webhookGuide = { title: text, delivery: { header: text, answer: text }, events: listOf({ event: text }, 1) }

const bot = {
  account_id: "number", bot_exited_at: maybe(time), bot_joined_at: maybe(time), bot_name: text, bot_param_id: "number",
  created_at: time, diarization_v2: "boolean", ended_at: maybe(time), extra: anything, id: "number", is_stopped: "boolean",
  meeting_url: text, mp4_s3_path: "string", reserved: "boolean", transcription_custom_parameters: anything, uuid,
  webhook_url: "string", speech_to_text_provider: maybe(oneOf("Gladia", "Runpod", "Default")),
  recording_mode: maybe(oneOf("speaker_view", "gallery_view", "audio_only")), event_id: maybe("number"),
}
const word = { id: "number", bot_id: "number", start_time: "number", end_time: "number", text }
const transcript = { id: "number", bot_id: "number", speaker: text, start_time: "number", end_time: maybe("number"), words: listOf(word, 1) }
const files = { mp4: "string", audio: "string", speaker_diarization_file: "string", speaker_diarization_file_network: "string", meeting_participants_file: "string" }
const meetingData = (least) => ({ ...files, duration: "number", bot_data: { bot, transcripts: listOf(transcript, least), event_uuid: maybe(uuid) } })

const row = { uuid, id: anything, bot_name: text, meeting_url: text, created_at: time, ended_at: maybe(time), duration: maybe("number"), extra: anything, speakers: listOf(text) }
const calendar = { uuid, name: text, email: text, google_id: text, resource_id: maybe("string") }
const botParam = { bot_name: text, extra: anything, transcription_custom_parameters: anything, webhook_url: "string" }
const event = (param) => ({
  uuid, calendar_uuid: uuid, google_id: text, name: "string", meeting_url: "string", start_time: time, end_time: time,
  last_updated_at: time, attendees: listOf({ email: text, name: maybe("string") }), deleted: "boolean",
  is_organizer: "boolean", is_recurring: "boolean", recurring_event_id: maybe(text), raw: anything, bot_param: param,
})
const zoomConnection = { uuid, zoom_user_id: text, state: oneOf("connected"), created_at: time, updated_at: time, zoom_account_id: maybe(text), scopes: maybe(text) }

test("@meeting-baas/sdk 6.0.5 against meetmcp sandbox", { timeout: 60_000 }, async (t) => {
  const sdk = createBaasClient({ api_key: "sandbox", base_url: process.env.E2E_SANDBOX })
  const called = new Set()

  // call calls one method; shape is undefined where the answer has no body.
  async function call(method, args, shape) {
    called.add(method)
    let answer
    await t.test(method, async () => {
      answer = await sdk[method](...(args === undefined ? [] : [args]))
      assert.equal(answer.success, true, `${answer.error?.message}: ${JSON.stringify(answer.error?.response?.data)}`)
      if (shape === undefined) {
        assert.ok(!answer.data, `got ${JSON.stringify(answer.data)}, want no body`)
      } else {
        assert.deepEqual(differences(answer.data, shape), [])
      }
    })
    return answer.data
  }

  const { bot_id } = await call("joinMeeting", {
    meeting_url: freshLink(), bot_name: "Ada", reserved: false, recording_mode: "speaker_view",
    speech_to_text: { provider: "Gladia" }, automatic_leave: { waiting_room_timeout: 600 }, extra: { title: "SDK" },
    webhook_url: "http://127.0.0.1:9/", deduplication_key: "sdk",
  }, { bot_id: uuid })

  const { bots } = await call("listBots", { limit: 50 }, { bots: listOf(row, 6), next_cursor: maybe(text), last_updated: time })
  assert.ok(bots.some((b) => b.uuid === bot_id), "the bot that joined is in the list")
  const ended = bots.find((b) => b.ended_at && b.meeting_url.includes("meet.google.com") && b.speakers.length > 0)

  const data = await call("getMeetingData", { bot_id: ended.uuid }, meetingData(10))
  await t.test("links of getMeetingData lead to files", async () => {
    for (const name of Object.keys(files)) {
      const file = await fetch(data[name])
      assert.equal(file.status, 200, name)
      assert.ok((await file.arrayBuffer()).byteLength > 0, name)
    }
  })
  const shots = await call("getScreenshots", { uuid: ended.uuid }, listOf({ date: text, url: text }, 1))
  await t.test("links of getScreenshots lead to pictures", async () => {
    assert.equal((await fetch(shots[0].url)).headers.get("content-type"), "image/png")
  })
  await call("retranscribeBot", { bot_uuid: ended.uuid, speech_to_text: { provider: "Gladia" } })

  await until("the bot is admitted", async () => (await sdk.getMeetingData({ bot_id })).data.bot_data.bot.bot_joined_at)
  await aMinute()
  await call("leaveMeeting", { uuid: bot_id }, { ok: yes })
  await t.test("getMeetingData of the bot that left", async () => {
    const { data } = await until("the transcript is there", async () => {
      const answer = await sdk.getMeetingData({ bot_id })
      return answer.data.bot_data.transcripts.length > 0 && answer
    })
    assert.deepEqual(differences(data, meetingData(1)), [])
    assert.deepEqual(data.bot_data.bot.extra, { title: "SDK" })
    const lean = await sdk.getMeetingData({ bot_id, include_transcripts: false })
    assert.deepEqual(lean.data.bot_data.transcripts, [])
  })
  await call("deleteBotData", { uuid: bot_id }, { ok: yes, status: oneOf("deleted") })

  const access = { oauth_client_id: "id", oauth_client_secret: "secret", oauth_refresh_token: "token", platform: "Google" }
  const raw = await call("listRawCalendars", access, { calendars: listOf({ id: text, email: text, is_primary: "boolean" }, 1) })
  const created = await call("createCalendar", { ...access, raw_calendar_id: raw.calendars[0].id }, { calendar })
  const id = created.calendar.uuid
  await call("listCalendars", undefined, listOf(calendar, 1))
  await call("getCalendar", { uuid: id }, calendar)

  const events = await call("listCalendarEvents", { calendar_id: id, status: "upcoming" }, { data: listOf(event(maybe(botParam)), 2), next: maybe(text) })
  const series = events.data.findLast((e) => e.is_recurring)
  await call("getCalendarEvent", { uuid: series.uuid }, event(maybe(botParam)))
  const scheduled = { uuid: series.uuid, body: { bot_name: "Ada", extra: { team: "garden" }, webhook_url: "https://example.com/hook", enter_message: "Hello" } }
  await call("scheduleCalendarRecordEvent", { ...scheduled, query: { all_occurrences: true } }, listOf(event(botParam), 2))
  const [patched] = await call("patchBot", { uuid: series.uuid, body: { bot_name: "Grace" } }, listOf(event(botParam), 1))
  assert.equal(patched.bot_param.bot_name, "Grace")
  assert.equal(patched.bot_param.enter_message, "Hello", "what a patch does not name stays")
  await call("unscheduleCalendarRecordEvent", { uuid: series.uuid, query: { all_occurrences: true } }, listOf(event(maybe(anything)), 2))
  await call("resyncAllCalendars", { days: 14 }, { synced_calendars: listOf(uuid, 1), errors: listOf([uuid, text]) })
  await call("updateCalendar", { uuid: id, body: access }, { calendar: { ...calendar, uuid: oneOf(id) } })
  await call("deleteCalendar", { uuid: id })

  const grant = { authorization_code: "sdk:1", redirect_uri: "https://example.com/zoom", zoom_client_id: "id", zoom_client_secret: "secret" }
  const zoom = await call("createZoomOauthConnection", grant, zoomConnection)
  await call("listZoomOauthConnections", undefined, listOf(zoomConnection, 1))
  await call("getZoomOauthConnection", { uuid: zoom.uuid }, zoomConnection)
  await call("deleteZoomOauthConnection", { uuid: zoom.uuid })

  await call("getWebhookDocumentation", undefined, webhookGuide)
  await call("getBotWebhookDocumentation", undefined, webhookGuide)
  await call("getCalendarWebhookDocumentation", undefined, webhookGuide)

  await t.test("that was every method", () => {
    const methods = Object.keys(sdk).filter((name) => !["getApiKey", "getBaseUrl"].includes(name))
    assert.equal(methods.length, 26)
    assert.deepEqual([...called].sort(), methods.sort())
  })
  await t.test("a refusal is an error, not an exception", async () => {
    const { success, error } = await sdk.getCalendar({ uuid: id })
    assert.equal(success, false)
    assert.equal(error.response.status, 404)
    assert.ok(error.response.data.error)
  })
})
