// What the suites share: a meeting nobody was in, and patience with an end.

import { randomInt } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"

const letters = (n) => Array.from({ length: n }, () => "bcdfghjkmnpqrstvwxz"[randomInt(19)]).join("")

// freshLink is a Google Meet link that no other test uses, as a second bot for
// one meeting is refused.
export const freshLink = () => `https://meet.google.com/${letters(3)}-${letters(4)}-${letters(3)}`

// freshWord is a word that no other test uses.
export const freshWord = () => letters(12)

// aMinute lasts one for the sandbox, in which somebody says something.
export const aMinute = () => pause(60_000 / Number(process.env.E2E_SPEED))

// until asks again until the answer is truthy, and returns it.
export async function until(what, ask) {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await pause(50)) {
    const answer = await ask()
    if (answer) {
      return answer
    }
  }
  throw new Error(`waited 15 s in vain until ${what}`)
}
