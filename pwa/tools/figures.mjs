// Times what a person waits for in a running house, and counts what is wrong with its screens; prints one JSON object.
//
//   node tools/figures.mjs http://127.0.0.1:8765 CODE [RUNS]
//
// The first visit is that of a phone of the middle class, as Lighthouse takes it: a processor four times slower than this
// one, and a slow line. All else is as fast as this machine is.
import { openBrowser } from './browser.mjs'
import { comeIn } from './pairing.mjs'
import { faults, SCREENS, visit } from './screens.mjs'

const [house, code, runs = '5'] = process.argv.slice(2)
if (!house || !code) throw new Error('Usage: node tools/figures.mjs ADDRESS CODE [RUNS]')

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
const DESK = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false }
const SLOWER = 4
const LINE = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 }
const KEPT = 'cache_storage,service_workers,indexeddb,local_storage'
const QUIET_MS = 2_500
const ANSWERS = 20
const TRACKS = 10

/** Runs in every page before its own scripts: what it says of itself. */
function observe() {
  const seen = (globalThis.seen = { largest: 0, shift: 0, card: 0, took: [] })
  const watch = (type, run) => new PerformanceObserver((list) => list.getEntries().forEach(run)).observe({ type, buffered: true })
  watch('largest-contentful-paint', (entry) => (seen.largest = entry.startTime))
  watch('layout-shift', (entry) => (seen.shift += entry.hadRecentInput ? 0 : entry.value))
  const look = () => requestAnimationFrame(document.querySelector('article.card') ? () => (seen.card = performance.now()) : look)
  look()
}

const seen = (page) => page.evaluate(() => globalThis.seen)

/** The first visit of a person whom the house knows, on a device that has nothing of the app. */
async function cold(context) {
  const page = await context.newPage()
  const tools = await context.newCDPSession(page)
  await tools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
  await tools.send('Network.enable')
  await tools.send('Network.emulateNetworkConditions', LINE)
  await tools.send('Network.clearBrowserCache')
  await tools.send('Storage.clearDataForOrigin', { origin: house, storageTypes: KEPT })
  await page.goto(house)
  await page.locator('article.card').first().waitFor()
  await page.waitForTimeout(QUIET_MS)
  const { largest, shift } = await seen(page)
  await page.close()
  return { largest, shift }
}

/** From the tap on the icon to the first card, with the house out of reach. */
async function away(context) {
  const page = await context.newPage()
  await page.goto(house)
  await page.waitForFunction(() => globalThis.seen.card > 0)
  const { card } = await seen(page)
  await page.close()
  return card
}

/** From the number given to the next picture painted, many times. */
async function answers(context) {
  const page = await context.newPage()
  await page.goto(`${house}/teach`)
  await page.getByRole('button', { name: 'Pictures', exact: true }).tap()
  await page.evaluate(() => {
    const title = () => document.querySelector('main h2')?.textContent
    const whole = () => [...document.querySelectorAll('main img.front')].every((one) => one.complete && one.naturalWidth)
    addEventListener('pointerup', (event) => {
      const before = title()
      const look = () => {
        if (title() !== before && whole()) requestAnimationFrame(() => globalThis.seen.took.push(performance.now() - event.timeStamp))
        else requestAnimationFrame(look)
      }
      if (event.target.closest('[role=radiogroup]')) look()
    }, true)
  })
  for (let n = 0; n < ANSWERS; n++) {
    const cell = page.getByRole('radio', { name: `${(n * 3) % 11} of 10`, exact: true })
    const pair = page.getByRole('button', { name: 'I can’t say' })
    await cell.or(pair).first().waitFor()
    if (await pair.isVisible()) await pair.tap()
    await cell.tap()
    await page.waitForFunction((many) => globalThis.seen.took.length > many, n)
    await page.waitForTimeout(300)
  }
  const { took } = await seen(page)
  await page.close()
  return took
}

/** From the tap on a track to its sound, each time another one. */
async function sounds(context) {
  const page = await context.newPage()
  await page.goto(`${house}/library/music?sort=longest`)
  await page.getByRole('button', { name: /^Play / }).first().waitFor()
  await page.evaluate(() => {
    let begun = 0
    addEventListener('click', (event) => (begun = event.timeStamp), true)
    addEventListener('playing', () => globalThis.seen.took.push(performance.now() - begun), true)
  })
  for (let n = 0; n < TRACKS; n++) {
    await page.getByRole('button', { name: /^Play / }).and(page.locator(':visible')).nth(n).tap()
    await page.waitForFunction((many) => globalThis.seen.took.length > many, n)
    await page.waitForTimeout(500)
  }
  const { took } = await seen(page)
  await page.close()
  return took
}

/** What is wrong with every screen, on a phone and at a desk, by day and by night, and how far each moved as it came. */
async function look(browser, storageState) {
  const [wrong, shifts] = [[], []]
  for (const [size, shape] of Object.entries({ phone: PHONE, desk: DESK }))
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ ...shape, colorScheme, storageState })
      await context.addInitScript(observe)
      const page = await context.newPage()
      await page.goto(house)
      for (const screen of SCREENS) {
        await visit(page, house, screen)
        shifts.push((await seen(page)).shift)
        for (const line of await faults(page)) wrong.push(`${size}, ${colorScheme}, ${screen[0]}: ${line}`)
        say(screen[0], shifts.at(-1))
      }
      await context.close()
    }
  return [wrong, shifts]
}

const say = (what, found) => (console.error(`${(performance.now() / 1000).toFixed()} s  ${what}  ${JSON.stringify(found)}`), found)
const times = async (run) => {
  const told = []
  for (let n = 0; n < Number(runs); n++) told.push(await run())
  return told
}

/** All that is timed, in a device of its own. */
async function timed(context) {
  const colds = say('first visits', await times(() => cold(context)))
  const warm = await context.newPage()
  await warm.goto(house)
  await warm.evaluate(async () => void (await navigator.serviceWorker.ready))
  await warm.reload()
  await warm.waitForTimeout(QUIET_MS)
  await warm.close()
  await context.setOffline(true)
  const offline = say('opened offline', await times(() => away(context)))
  await context.setOffline(false)
  const [next, sound] = [say('next', await answers(context)), say('sound', await sounds(context))]
  return { lcp: colds.map((one) => one.largest), offline, next, sound, shifts: colds.map((one) => one.shift) }
}

const browser = await openBrowser()
const context = await browser.newContext(PHONE)
await context.addInitScript(observe)
const first = await context.newPage()
await comeIn(first, house, code)
await first.close()
const found = process.env.ONLY_SCREENS ? { shifts: [] } : await timed(context)
const [wrong, shifts] = await look(browser, await context.storageState())
await browser.close()
console.log(JSON.stringify({ ...found, shifts: [...found.shifts, ...shifts], wrong }))
