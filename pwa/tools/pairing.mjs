// Pairs further phones with a house and says how long each took: from the tap on the new one to its first page.
//
//   node tools/pairing.mjs --runs 5 < console.txt    prints seconds, a JSON list
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { openBrowser } from './browser.mjs'

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
const CODE = /\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/
const HOME = { level: 1, name: /Good/ }

/** Come in with a code from the console, as `name` where the house asks for one. */
export async function comeIn(page, house, code, name = 'Ada') {
  await page.goto(house)
  await page.getByLabel('Code from the console').fill(code)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  const named = page.getByLabel('Your name')
  const inside = page.getByRole('heading', HOME)
  await named.or(inside).first().waitFor()
  if (await named.isVisible()) {
    await named.fill(name)
    await page.getByRole('button', { name: 'Come in' }).click()
    await page.waitForFunction(() => location.pathname !== '/' || document.querySelector('main#main'))
    await page.goto(house)
  }
  await inside.waitFor()
}

/** Seconds from asking on `newcomer` to its first page, with `owner` answering as soon as they are asked. */
export async function pairSeconds(newcomer, owner, house) {
  await newcomer.goto(house)
  const ask = newcomer.getByRole('button', { name: /Show a code/ })
  await ask.waitFor()
  const begun = performance.now()
  await ask.click()
  const asked = owner.getByRole('region', { name: 'A device asks to come in' })
  await asked.waitFor()
  const shown = await newcomer.getByLabel('The code of this device').textContent()
  if ((await asked.getByLabel('Its code').textContent()) !== shown) throw new Error(`The screens show different codes: ${shown}`)
  await asked.getByRole('button', { name: 'Let it in' }).click()
  await newcomer.locator('main#main').waitFor()
  return (performance.now() - begun) / 1000
}

/** Pair `runs` phones with the house that printed `printed`; the seconds of each. At most five: more wait a minute. */
async function measure(printed, runs) {
  const [, scheme, name, port] = /is at (https?):\/\/([^:\s]+):(\d+)/.exec(printed) ?? []
  const [code] = CODE.exec(printed) ?? []
  if (!name || !code) throw new Error(`The console does not say where the house is, or shows no code:\n${printed}`)
  const house = `${scheme}://${name}:${port}`
  const browser = await openBrowser([`--host-resolver-rules=MAP ${name} 127.0.0.1`])
  const page = async () => (await browser.newContext({ ...PHONE, ignoreHTTPSErrors: true })).newPage()
  const owner = await page()
  await comeIn(owner, house, code)
  const seconds = []
  for (let run = 0; run < runs; run++) seconds.push(await pairSeconds(await page(), owner, house))
  await browser.close()
  return seconds
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(JSON.stringify(await measure(readFileSync(0, 'utf8'), Number(process.argv[process.argv.indexOf('--runs') + 1]))))
