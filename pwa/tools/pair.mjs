// Pairs a second browser with a house and says how long it took: from the tap on the new device to its first page.
//
//   node tools/pair.mjs http://localhost:8765 CODE        prints {"pair_s": 1.2}
import { pathToFileURL } from 'node:url'
import { openBrowser } from './browser.mjs'

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
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
  await newcomer.getByRole('heading', HOME).or(newcomer.getByRole('heading', { name: /Welcome|house/i })).first().waitFor()
  return (performance.now() - begun) / 1000
}

async function main([house, code]) {
  if (!house || !code) throw new Error('Usage: node tools/pair.mjs ADDRESS CODE')
  const browser = await openBrowser()
  try {
    const [owner, newcomer] = await Promise.all([0, 1].map(async () => (await browser.newContext(PHONE)).newPage()))
    await comeIn(owner, house, code)
    console.log(JSON.stringify({ pair_s: Number((await pairSeconds(newcomer, owner, house)).toFixed(3)) }))
  } finally {
    await browser.close()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(process.argv.slice(2))
