// Opens the Chromium of this machine for the tools of this folder.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
]

/** A headless browser, started with `further` switches too. Throws when there is none on this machine. */
export function openBrowser(further = []) {
  const executablePath = PLACES.find((place) => place && existsSync(place))
  if (!executablePath) throw new Error('Chromium is missing. Debian: apt install chromium. Else set CHROMIUM to its path.')
  return chromium.launch({ executablePath, headless: true, args: [...QUIET, ...further] })
}
