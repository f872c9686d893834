// Walks through every screen of a running house and leaves a picture of each, with what axe finds wrong.
//
//   npm run tour -- http://127.0.0.1:8765 CODE [FOLDER [PARTS]]
//
// PARTS, parted by commas, are of: front lists items taste settings; all of them where none is said.
import axe from 'axe-core'
import { mkdir, writeFile } from 'node:fs/promises'
import { openBrowser } from './browser.mjs'

const [house, code, folder = 'tour', parts = 'front,lists,items,taste,settings'] = process.argv.slice(2)
if (!house || !code) throw new Error('Usage: npm run tour -- ADDRESS CODE [FOLDER [PARTS]]')

const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  wide: { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1 },
}
const SETTLE_MS = 900
const ANSWERS = 12
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const found = []

/** A picture of the page as it is, of all of it where it is asked `whole`, and its violations. */
async function look(page, size, name, { whole = false } = {}) {
  await page.waitForTimeout(SETTLE_MS)
  await page.screenshot({ path: `${folder}/${size}-${name}.png`, fullPage: whole })
  const wider = (await page.evaluate(() => document.documentElement.scrollWidth)) - page.viewportSize().width
  if (wider > 0) found.push({ where: `${size}-${name}`, id: 'too wide', at: [`${wider} px`] })
  // axe comes in through the debugger, where the page's own rules about scripts do not hold.
  await page.evaluate(`${axe.source};0`)
  const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), RULES)
  for (const { id, nodes } of violations) found.push({ where: `${size}-${name}`, id, at: nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ''}`) })
}

async function enter(page) {
  await page.goto(house)
  await page.getByLabel('Code from the console').fill(code)
  await look(page, 'phone', '01-door')
  await page.getByRole('button', { name: 'Open' }).click()
  const name = page.getByLabel('Your name')
  await name.or(page.getByRole('heading', { level: 1, name: /Good/ })).first().waitFor()
  if (await name.isVisible()) {
    await name.fill('Ada')
    await look(page, 'phone', '02-name')
    await page.getByRole('button', { name: 'Come in' }).click()
    await page.getByRole('heading', { level: 1, name: /Good/ }).waitFor()
  }
}

const pair = (page) => page.getByRole('button', { name: 'I can’t say' })

/** One answer to what is asked; between two things none can be said. */
async function answer(page, given) {
  const rating = page.getByRole('radio', { name: `${given} of 10` })
  const nothing = page.getByRole('heading', { name: 'Nothing left to ask' })
  await rating.or(pair(page)).or(nothing).first().waitFor()
  if (await nothing.isVisible()) return
  const before = await page.locator('h2').first().textContent()
  await ((await pair(page).isVisible()) ? pair(page) : rating).click()
  await page.waitForFunction((title) => document.querySelector('h2')?.textContent !== title, before)
  await page.waitForTimeout(SETTLE_MS / 3)
}

/** Two things to compare come seldom: here they are always had, the first two that would be asked. */
async function pose(page) {
  await page.route('**/api/feed/pair*', async (route) => {
    const { picks } = await (await page.request.get(`${house}/api/feed?mode=ask&kind=image&limit=2`)).json()
    await route.fulfill({ json: { picks } })
  })
}

/** Enough answers that the house dares to guess. */
async function teach(page) {
  await page.goto(`${house}/teach`)
  await page.getByRole('button', { name: 'Pictures', exact: true }).click()
  for (let n = 0; n < ANSWERS; n++) await answer(page, n % 3 ? 3 + (n % 5) : 9)
}

async function firstOf(page, kind) {
  await page.goto(`${house}/library/${kind}`)
  const link = page.locator('main a[href^="/item/"]').first()
  await link.waitFor()
  return link
}

async function items(page, size) {
  for (const kind of ['image', 'music', 'article']) {
    await (await firstOf(page, kind)).click()
    await page.getByRole('button', { name: 'Why this' }).waitFor()
    if (kind === 'music') await page.getByRole('button', { name: 'Play', exact: true }).first().click()
    await look(page, size, `item-${kind}`)
    await page.getByRole('radio', { name: '8 of 10' }).and(page.locator(':visible')).first().click()
    await look(page, size, `item-${kind}-rated`)
    if (kind === 'article') {
      await page.evaluate(() => scrollTo(0, 1500))
      await look(page, size, 'item-article-reading')
      await page.evaluate(() => scrollTo(0, 1e6))
      await look(page, size, 'item-article-end')
    }
    await page.getByRole('button', { name: 'Why this' }).click()
    await page.getByRole('dialog').waitFor()
    await look(page, size, `why-${kind}`)
    if (kind === 'image') await correct(page, size)
    await page.getByRole('button', { name: 'Close', exact: true }).click()
  }
}

/** The Why sheet once something was said against it, which is then taken back. */
async function correct(page, size) {
  const sheet = page.getByRole('dialog')
  await sheet.getByText('Is one of these reasons wrong?').click()
  await sheet.getByRole('button', { name: 'Less like this' }).click()
  await sheet.getByText('Less like this from now on.').scrollIntoViewIfNeeded()
  await look(page, size, 'why-corrected')
  await sheet.getByRole('button', { name: 'Undo', exact: true }).click()
}

async function taste(page, size) {
  for (const kind of ['image', 'music']) {
    await page.goto(`${house}/taste/${kind}`)
    await page.getByRole('heading', { name: 'Then and now' }).waitFor()
    await look(page, size, `taste-${kind}`)
    for (const folded of await page.locator('main details.folded > summary').all()) await folded.click()
    await page.evaluate(() => scrollTo(0, 0))
    await look(page, size, `taste-${kind}-whole`, { whole: true })
    await page.goto(`${house}/map/${kind}`)
    await look(page, size, `map-${kind}`)
  }
  await page.goto(house)
  await page.getByRole('button', { name: 'How should I choose?' }).click()
  await page.getByRole('dialog').waitFor()
  await look(page, size, 'choose')
}

async function lists(page, size) {
  for (const [name, path] of [['library-image', '/library/image'], ['library-music', '/library/music'], ['library-article', '/library/article'], ['library-all', '/library'], ['library-none', '/library/image?folder=nothing'], ['missing', '/nowhere']]) {
    await page.goto(house + path)
    await look(page, size, name)
  }
  await page.goto(`${house}/library/music`)
  await page.getByRole('button', { name: 'Folders and tags' }).click()
  await look(page, size, 'filter')
}

async function front(page, size) {
  await page.goto(house)
  await page.locator('article').first().waitFor()
  await look(page, size, 'home')
  const card = page.locator('article').first()
  await card.getByRole('radio', { name: '9 of 10' }).click()
  await look(page, size, 'home-rated')
  for (const n of [1, 2]) {
    await page.evaluate((step) => scrollTo(0, innerHeight * 0.9 * step), n)
    await look(page, size, `home-further-${n}`)
  }
  await pose(page)
  await page.goto(`${house}/teach`)
  for (const n of [1, 2, 3, 4, 5, 6, 7]) {
    await page.getByRole('radio', { name: '7 of 10' }).or(pair(page)).first().waitFor()
    if (await pair(page).isVisible()) {
      await look(page, size, 'teach-pair')
      break
    }
    if (n < 4) await look(page, size, `teach-${n}`)
    await answer(page, 7)
  }
  await page.goto(`${house}/welcome`)
  await look(page, size, 'welcome')
}

async function settings(page, size) {
  await page.goto(`${house}/history`)
  await look(page, size, 'history')
  await page.goto(house)
  await page.getByRole('button', { name: /settings/i }).and(page.locator(':visible')).click()
  await page.getByRole('button', { name: /People, and what/ }).click()
  await page.getByRole('button', { name: /you/ }).click()
  await page.getByLabel('May be chosen on screens').waitFor()
  await look(page, size, 'people')
  await page.goto(house)
  await page.getByRole('button', { name: /settings/i }).and(page.locator(':visible')).click()
  await look(page, size, 'settings')
  const body = page.locator('dialog .body')
  for (const n of [1, 2, 3]) {
    await body.evaluate((node, step) => node.scrollTo(0, node.clientHeight * 0.9 * step), n)
    await look(page, size, `settings-${n}`)
  }
  await page.getByRole('button', { name: 'See and decide' }).click()
  await look(page, size, 'what-goes-out')
}

const PARTS = { front, lists, items, taste, settings }
await mkdir(folder, { recursive: true })
const browser = await openBrowser()
const door = await browser.newContext(SIZES.phone)
const first = await door.newPage()
await enter(first)
await look(first, 'phone', '03-inside')
await teach(first)
const storageState = await door.storageState()
for (const [size, shape] of Object.entries(SIZES)) {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ ...shape, colorScheme, storageState, serviceWorkers: 'block' })
    const page = await context.newPage()
    page.on('pageerror', (error) => found.push({ where: size, id: 'script', at: [String(error)] }))
    page.on('console', (line) => line.type() === 'error' && found.push({ where: size, id: 'console', at: [line.text()] }))
    const label = colorScheme === 'light' ? size : `${size}-dark`
    for (const part of parts.split(',')) await PARTS[part](page, label)
    await context.close()
  }
}
await browser.close()
await writeFile(`${folder}/found.json`, JSON.stringify(found, null, 1))
console.log(found.length ? found.map(({ where, id, at }) => `${where}: ${id}\n    ${at.join('\n    ')}`).join('\n') : 'axe: 0 violations')
