// The protocol's own inspector, as people run it from a shell. Each call is a
// process of its own, so over stdio the meetings are in a sandbox beside it.

import assert from "node:assert/strict"
import { execFile, execFileSync } from "node:child_process"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { promisify } from "node:util"

import { freshLink } from "./story.mjs"

const { E2E_BINARY: binary, E2E_NODE22: node, E2E_SANDBOX: sandbox, E2E_SERVER: server, E2E_SCRATCH: scratch } = process.env
const tools = JSON.parse(execFileSync(binary, ["tools", "--json"])).tools.length
const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/inspector/package.json")
const inspector = join(dirname(manifest), "clients/launcher/build/index.js")

for (const [name, reach] of [
  ["stdio", ["-e", "MEETING_BAAS_API_KEY=sandbox", "-e", `MEETING_BAAS_BASE_URL=${sandbox}`, "--", binary, "stdio"]],
  ["SSE", ["--transport", "sse", "--server-url", `${server}/sse`]],
  ["/mcp", ["--transport", "http", "--server-url", `${server}/mcp`]],
  ["/mcp, protocol 2026-07-28", ["--transport", "http", "--server-url", `${server}/mcp`, "--protocol-era", "modern"]],
]) {
  test(`@modelcontextprotocol/inspector 2.12.0 --cli over ${name}`, { timeout: 60_000 }, async (t) => {
    const ask = async (method, ...more) => {
      const args = [inspector, "--cli", "--format", "json", "--method", method, ...more, ...reach]
      const env = { PATH: process.env.PATH, HOME: scratch } // it keeps settings at home
      const { stdout } = await promisify(execFile)(node, args, { env, maxBuffer: 16 << 20, timeout: 20_000 })
      return JSON.parse(stdout).result
    }
    const call = async (tool, args) => {
      const { isError, content, structuredContent } = await ask("tools/call", "--tool-name", tool, "--tool-args-json", JSON.stringify(args))
      assert.ok(!isError, content[0].text)
      return structuredContent
    }

    await t.test("tools/list, and no schema that cannot be carried elsewhere", async () => {
      assert.equal((await ask("tools/list", "--strict")).tools.length, tools)
    })
    await t.test("join_meeting, get_meeting_data, leave_meeting", async () => {
      const { bot_id } = await call("join_meeting", { meeting_url: freshLink(), bot_name: "Ada" })
      const look = await call("get_meeting_data", { bot_id })
      assert.equal(look.bot_id, bot_id)
      assert.match(look.state, /^(joining|in call|ended)$/)
      const left = await call("leave_meeting", { bot_id })
      assert.ok(left.ok || left.state === "ended") // a meeting lasts two seconds here, and may be over
    })
  })
}
