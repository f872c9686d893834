// Draws the PNG icons from public/icons/mark.svg: run once after the mark has changed, and commit the result.
import { readFile, writeFile } from 'node:fs/promises'
import { openBrowser } from './browser.mjs'

const FOLDER = new URL('../public/icons/', import.meta.url)
const mark = await readFile(new URL('mark.svg', FOLDER), 'utf8')
// Systems cut their own corners into these two: the ground goes to the edge, and a maskable mark stays in the middle.
const square = mark.replace(' rx="15"', '')
const maskable = square.replace('viewBox="0 0 64 64"', 'viewBox="-8 -8 80 80"').replace('<rect width="64" height="64"', '<rect x="-8" y="-8" width="80" height="80"')

const ICONS = [
  ['icon-192.png', 192, mark],
  ['icon-512.png', 512, mark],
  ['maskable-512.png', 512, maskable],
  ['apple-touch-icon.png', 180, square],
]

const browser = await openBrowser()
for (const [name, side, svg] of ICONS) {
  const page = await browser.newPage({ viewport: { width: side, height: side } })
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${side}px;height:${side}px}</style>${svg}`)
  await writeFile(new URL(name, FOLDER), await page.screenshot({ omitBackground: true }))
  await page.close()
}
await browser.close()
