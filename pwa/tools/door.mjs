// Walks through the screens of the door and leaves a picture of each, with what axe finds wrong.
//
//   node tools/door.mjs http://localhost:8765 CODE FOLDER
import axe from 'axe-core'
import { mkdir } from 'node:fs/promises'
import { openBrowser } from './browser.mjs'
import { comeIn, pairSeconds } from './pairing.mjs'

const [house, code, folder = 'door'] = process.argv.slice(2)
const SIZES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  wide: { viewport: { width: 1280, height: 800 } },
}
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const SETTLE_MS = 700
const MINUTE_MS = 61_000
let wrong = 0

async function look(page, name) {
  await page.waitForTimeout(SETTLE_MS)
  await page.screenshot({ path: `${folder}/${name}.png` })
  const wider = (await page.evaluate(() => document.documentElement.scrollWidth)) - page.viewportSize().width
  await page.evaluate(`${axe.source};0`)
  const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags }), RULES)
  if (wider > 0) violations.push({ id: `too wide by ${wider}`, nodes: [] })
  for (const { id, nodes } of violations) console.log(`${name}: ${id}\n    ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? ''}`).join('\n    ')}`)
  wrong += violations.length
}

/** Open a sheet from the settings. */
async function sheet(page, name) {
  await page.goto(house)
  await page.getByRole('button', { name: /settings/i }).and(page.locator(':visible')).click()
  await page.getByRole('button', { name, exact: true }).click()
}

async function knock(owner, newcomer, size) {
  await newcomer.goto(house)
  await look(newcomer, `${size}-1-opening`)
  await newcomer.getByRole('button', { name: /Show a code/ }).click()
  await newcomer.getByLabel('The code of this device').waitFor()
  await look(newcomer, `${size}-2-asking`)
  await owner.getByRole('button', { name: 'Let it in' }).waitFor()
  await look(owner, `${size}-3-knock`)
  await owner.getByText(/^As /).click()
  await owner.getByLabel('Whose device is it?').selectOption({ label: 'Somebody new …' })
  await look(owner, `${size}-4-knock-new`)
  await owner.getByRole('button', { name: 'Turn away' }).click()
  await newcomer.getByRole('button', { name: 'Show a new code' }).waitFor()
  await look(newcomer, `${size}-5-turned-away`)
}

async function devices(page, size) {
  await sheet(page, 'Devices')
  await look(page, `${size}-6-devices`)
  await page.getByRole('button', { name: 'Let a device in' }).click()
  await page.getByRole('button', { name: 'Make an invitation' }).click()
  await page.getByAltText('The invitation as a QR code').waitFor()
  await look(page, `${size}-7-invitation`)
}

async function security(page, size) {
  await sheet(page, 'Security')
  await look(page, `${size}-8-security`)
  await page.getByRole('button', { name: /(Set a|Change the) password/ }).click()
  await page.getByLabel(/New password/).fill('correct horse')
  await look(page, `${size}-9-password`)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Change the password' }).waitFor()
  await sheet(page, 'What happened')
  await page.locator('dialog ol li').first().waitFor()
  await look(page, `${size}-10-audit`)
}

/** A device that is in already is narrowed, which asks for a proof; then it is sent away with ratings left over. */
async function proof(page, newcomer, size) {
  await pairSeconds(newcomer, page, house)
  await newcomer.context().setOffline(true)
  const bar = newcomer.getByRole('radiogroup').and(newcomer.locator(':visible')).first()
  await bar.waitFor()
  await bar.getByRole('radio', { name: '9 of 10', exact: true }).click()
  await sheet(page, 'Devices')
  await page.getByRole('button', { name: 'Let it only play' }).first().click()
  await page.getByRole('dialog', { name: 'Is it you?' }).waitFor()
  await look(page, `${size}-12-confirm`)
  await page.getByRole('dialog', { name: 'Is it you?' }).getByRole('button', { name: 'Not now' }).click()
  await look(page, `${size}-13-devices-refused`)
  await page.getByRole('button', { name: /^Sign out / }).first().click()
  await look(page, `${size}-14-sure`)
  await page.getByRole('button', { name: 'Sign it out' }).click()
  await newcomer.context().setOffline(false)
  await newcomer.getByText('had not reached the house').waitFor()
  await look(newcomer, `${size}-15-signed-out`)
}

async function away(page, size) {
  await sheet(page, 'Devices')
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await page.context().setOffline(true)
  for (const name of ['Security', 'What happened']) {
    await page.getByRole('button', { name, exact: true }).click()
    await page.getByRole('alert').last().waitFor()
    await look(page, `${size}-11-away-${name === 'Security' ? 'security' : 'audit'}`)
    await page.getByRole('button', { name: 'Close', exact: true }).click()
  }
  await page.context().setOffline(false)
}

await mkdir(folder, { recursive: true })
const browser = await openBrowser()
const first = await (await browser.newContext(SIZES.phone)).newPage()
await comeIn(first, house, code)
const storageState = await first.context().storageState()
await first.close()
for (const [size, shape] of Object.entries(SIZES)) {
  if (size !== 'phone') await new Promise((later) => setTimeout(later, MINUTE_MS)) // five new devices a minute
  const owner = await (await browser.newContext({ ...shape, storageState, colorScheme: size === 'wide' ? 'dark' : 'light' })).newPage()
  const newcomer = await (await browser.newContext(shape)).newPage()
  await owner.goto(house)
  await knock(owner, newcomer, size)
  await devices(owner, size)
  await security(owner, size)
  await away(owner, size)
  const [second, third] = await Promise.all([0, 1].map(async () => (await browser.newContext(shape)).newPage()))
  await owner.goto(house)
  await pairSeconds(second, owner, house)
  await owner.close()
  await second.goto(house)
  await proof(second, third, size)
}
await browser.close()
console.log(`axe: ${wrong} violations`)
