// The page that people see, in a real browser: on a desk and on a phone.

import assert from "node:assert/strict"
import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { after, before, test } from "node:test"

import puppeteer from "puppeteer-core"

const { E2E_CHROMIUM: executablePath, E2E_SERVER: server, E2E_SCRATCH: scratch } = process.env
let browser

before(async () => {
  browser = await puppeteer.launch({
    executablePath, args: ["--no-sandbox", "--disable-gpu"], userDataDir: await mkdtemp(join(scratch, "chromium-")),
  })
})
after(() => browser?.close())

for (const [name, viewport] of [
  ["a desk", { width: 1280, height: 800 }],
  ["a phone", { width: 360, height: 740, deviceScaleFactor: 2, isMobile: true, hasTouch: true }],
]) {
  test(`the page on ${name}`, { timeout: 60_000 }, async (t) => {
    const context = await browser.createBrowserContext()
    t.after(() => context.close())
    await context.overridePermissions(server, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"])
    const page = await context.newPage()
    await page.setViewport(viewport)
    const complaints = []
    const asked = []
    page.on("console", (message) => complaints.push(message.text()))
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("request", (request) => asked.push(request.url()))
    const answer = await page.goto(server, { waitUntil: "networkidle0" })

    await t.test("loads from this server alone, within its policy", () => {
      assert.equal(answer.status(), 200)
      assert.deepEqual(asked.filter((url) => !url.startsWith(server)), [])
      assert.deepEqual(complaints, [])
    })
    await t.test("says that the server is up", async () => {
      await page.waitForSelector('#health[data-state="up"]')
      assert.match(await page.$eval("#health", (e) => e.textContent), /^Up, answers in \d+ ms$/)
    })
    await t.test("copies the address, and each client's configuration", async () => {
      for (const button of await page.$$("button[data-copy]")) {
        await button.evaluate((e) => e.closest("details")?.setAttribute("open", ""))
        const text = await button.evaluate((e) => document.getElementById(e.dataset.copy).textContent)
        await page.bringToFront()
        await button.click()
        await page.waitForFunction((e) => e.hasAttribute("data-done"), {}, button)
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text)
        if (text.startsWith("{")) assert.ok(JSON.stringify(JSON.parse(text)).includes(`${server}/mcp`), text)
      }
    })
    await t.test("fits, and can be touched", async () => {
      const [width, tools, small] = await page.evaluate(() => [
        document.documentElement.scrollWidth, document.querySelectorAll(".tools li").length,
        [...document.querySelectorAll("button")].filter((e) => e.getBoundingClientRect().height < 36).length,
      ])
      assert.ok(width <= viewport.width, `${width} px wide on ${viewport.width}`)
      assert.ok(tools >= 26, `${tools} tools`)
      assert.equal(small, 0, "buttons that are too small")
    })
  })
}
