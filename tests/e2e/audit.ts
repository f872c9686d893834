// What axe finds wrong with the page as it stands, on a phone and on a wide screen.
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { PHONE } from './house'

const WIDE = { width: 1280, height: 800 }
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const SETTLE_MS = 800

async function found(page: Page): Promise<string[]> {
  await page.waitForTimeout(SETTLE_MS)
  await page.evaluate(`${axe.source};0`)
  // The frame of a text runs no scripts, axe's neither; its words are plain HTML of ours.
  const asked = { runOnly: RULES, iframes: false }
  const result = (await page.evaluate(`axe.run(${JSON.stringify(asked)})`)) as axe.AxeResults
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  const wrong = result.violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`)
  return wider > 0 ? [...wrong, `${wider} px too wide`] : wrong
}

/** Violations at both sizes, each with the size it was found at. Leaves the page as wide as a phone. */
export async function audit(page: Page): Promise<string[]> {
  const phone = await found(page)
  await page.setViewportSize(WIDE)
  const wide = await found(page)
  await page.setViewportSize(PHONE.viewport)
  return [...phone.map((one) => `phone: ${one}`), ...wide.map((one) => `wide: ${one}`)]
}
