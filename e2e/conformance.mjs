// MCP's own conformance suite against the serving stack, with the tools,
// resources and prompts that the suite asks for in place of the real ones.

import assert from "node:assert/strict"
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { promisify } from "node:util"

const { E2E_FIXTURES: fixtures, E2E_NODE22: node, E2E_SCRATCH: scratch } = process.env
const suite = join(import.meta.dirname, "node_modules/@modelcontextprotocol/conformance/dist/index.js") // it exports nothing

// What the library lacks: it closes no stream in the middle of a call to have
// the client come back for the rest, and without an event store sends no ids.
const warned = ["server-sse-polling"]

test("@modelcontextprotocol/conformance 0.1.16", { timeout: 120_000 }, async (t) => {
  const server = spawn(fixtures, { stdio: ["ignore", "pipe", "inherit"] })
  t.after(async () => {
    server.kill()
    if (server.exitCode === null) await once(server, "exit")
  })
  const [url] = await once(createInterface(server.stdout), "line")
  const { stdout } = await promisify(execFile)(node, [suite, "server", "--url", `${url}/mcp`, "--suite", "all", "-o", join(scratch, "conformance")], {
    env: { PATH: process.env.PATH, HOME: scratch }, cwd: scratch, maxBuffer: 16 << 20,
  }).catch((failed) => failed)
  const lines = stdout.split("\n").filter((line) => /^\S \S+: \d+ passed, \d+ failed/.test(line))
  assert.ok(lines.length >= 32, `only ${lines.length} scenarios ran:\n${stdout}`)
  for (const line of lines) {
    const [, scenario, failed] = line.match(/^\S (\S+): \d+ passed, (\d+) failed/)
    await t.test(scenario, () => assert.ok(failed === "0" || warned.includes(scenario), line))
  }
})
