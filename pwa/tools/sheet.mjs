// One picture of every screen of a running house, on a phone and at a desk, by day and by night.
//
//   npm run sheet -- http://127.0.0.1:8765 CODE FILE.jpg
import { openBrowser } from './browser.mjs'

const [house, code, file = 'screens.jpg'] = process.argv.slice(2)
if (!house || !code) throw new Error('Usage: npm run sheet -- ADDRESS CODE FILE.jpg')

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, isMobile: true, hasTouch: true }
const DESK = { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 }
const SETTLE_MS = 1200
const QUALITY = 72
/** What each screen is called, where it is, and what is pressed there. */
const SCREENS = [
  ['Home', '/'],
  ['Teach me', '/teach'],
  ['Nine at once', '/teach', 'Nine pictures at once'],
  ['Pictures', '/library/image?sort=made'],
  ['Albums', '/group/album'],
  ['A picture', 'image'],
  ['A track', 'music', 'Play'],
  ['A text', 'article'],
  ['Search', '/search?q=the'],
  ['Your taste', '/taste/image'],
  ['The map', '/map/image'],
  ['On this device', '/kept'],
  ['Settings', '/', 'settings'],
]
const AT_A_DESK = new Set(['Home', 'Pictures', 'A picture', 'A track', 'Your taste', 'Search'])

async function enter(page) {
  await page.goto(house)
  await page.getByLabel('Code from the console').fill(code)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  const name = page.getByLabel('Your name')
  await name.or(page.getByRole('heading', { level: 1, name: /Good/ })).first().waitFor()
  if (await name.isVisible()) {
    await name.fill('Ada')
    await page.getByRole('button', { name: 'Come in' }).click()
    await page.getByRole('heading', { level: 1, name: /Good/ }).waitFor()
  }
}

/** The address of a screen: a kind stands for the first item of it. */
async function addressOf(page, where) {
  if (where.startsWith('/')) return where
  const { picks } = await page.evaluate(async (kind) => (await fetch(`/api/items?kind=${kind}&sort=title&limit=1`)).json(), where)
  return `/item/${picks[0].item.id}`
}

async function shots(page, screens) {
  const taken = []
  for (const [name, where, press] of screens) {
    await page.goto(house + (await addressOf(page, where)))
    await page.waitForTimeout(SETTLE_MS)
    if (press) await page.getByRole('button', { name: new RegExp(press, 'i') }).and(page.locator(':visible')).first().click()
    if (press) await page.waitForTimeout(SETTLE_MS)
    taken.push([name, (await page.screenshot({ type: 'jpeg', quality: 90 })).toString('base64')])
  }
  return taken
}

const row = (title, taken, width) =>
  `<h2>${title}</h2><div>${taken.map(([name, data]) => `<figure><img width="${width}" src="data:image/jpeg;base64,${data}"><figcaption>${name}</figcaption></figure>`).join('')}</div>`
const STYLE = `body{margin:0;padding:24px;width:1552px;font:15px system-ui;background:#efe8dc;color:#221d17}h2{font:600 20px Georgia,serif;margin:18px 0 10px}
div{display:flex;flex-wrap:wrap;gap:16px}figure{margin:0}img{display:block;border-radius:12px;box-shadow:0 1px 6px rgb(0 0 0/18%)}figcaption{padding:6px 2px;color:#6b6054}`

const browser = await openBrowser()
const page = await (await browser.newContext(PHONE)).newPage()
await enter(page)
const state = await page.context().storageState()
const rows = []
for (const [size, options, width] of [['On a phone', PHONE, 208], ['At a desk', DESK, 508]])
  for (const scheme of ['light', 'dark']) {
    const context = await browser.newContext({ ...options, colorScheme: scheme, storageState: state })
    const screens = options === PHONE ? SCREENS : SCREENS.filter(([name]) => AT_A_DESK.has(name))
    rows.push(row(`${size}, ${scheme === 'light' ? 'by day' : 'by night'}`, await shots(await context.newPage(), screens), width))
    await context.close()
  }
const sheet = await browser.newPage({ viewport: { width: 1600, height: 900 } })
await sheet.setContent(`<style>${STYLE}</style>${rows.join('')}`)
await sheet.screenshot({ path: file, type: 'jpeg', quality: QUALITY, fullPage: true })
await browser.close()
console.log(file)
