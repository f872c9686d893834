// Times how soon the guide notices that the phone trusts the house; what the console printed comes on stdin.
//
//   node tools/trust.mjs --runs 5 < console.txt    prints seconds, a JSON list
import { readFileSync } from 'node:fs'
import { openBrowser } from './browser.mjs'

const printed = readFileSync(0, 'utf8')
const runs = Number(process.argv[process.argv.indexOf('--runs') + 1])
const guide = /Phones begin at http:\/\/\S+:(\d+) and meet/.exec(printed)?.[1]
const app = /is at https:\/\/([^:\s]+)/.exec(printed)?.[1]
if (!guide || !app) throw new Error(`The console does not say where phones begin:\n${printed}`)

const WAITING_MS = 4300
const STEP_MS = 430 // so that trust comes at another moment between two looks each time
const seconds = []
for (let run = 0; run < runs; run++) {
  const browser = await openBrowser([`--host-resolver-rules=MAP ${app} 127.0.0.1`])
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${guide}/`)
  await page.waitForTimeout(WAITING_MS + run * STEP_MS)
  if (!(await page.locator('#said').innerText()).startsWith('Waiting')) throw new Error('The guide does not wait.')
  const debug = await page.context().newCDPSession(page)
  await debug.send('Security.setIgnoreCertificateErrors', { ignore: true })
  const began = performance.now()
  await page.waitForURL(/^https:.*\/install$/)
  seconds.push((performance.now() - began) / 1000)
  await browser.close()
}
console.log(JSON.stringify(seconds))
