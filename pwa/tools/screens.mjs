// Every screen of a house, how to come to it, and what axe finds wrong there.
import axe from 'axe-core'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const SETTLE_MS = 700
const SETTINGS = /settings/i

/** What each is called, where it is (a kind stands for the first item of it, `by:` for its first group), what is pressed there. */
export const SCREENS = [
  ['home', '/'],
  ['teach', '/teach'],
  ['nine', '/teach', 'Nine pictures at once'],
  ['everything', '/library'],
  ['pictures', '/library/image?sort=made'],
  ['tracks', '/library/music'],
  ['texts', '/library/article'],
  ['selecting', '/library/music', 'Select'],
  ['albums', '/group/album'],
  ['artists', '/group/artist'],
  ['genres', '/group/genre'],
  ['sources', '/group/publication'],
  ['album', 'by:album'],
  ['lists', '/playlists'],
  ['list', '/playlist/1'],
  ['search', '/search'],
  ['found', '/search?q=the'],
  ['picture', 'image'],
  ['track', 'music'],
  ['text', 'article'],
  ['taste', '/taste'],
  ['map', '/map/image'],
  ['kept', '/kept'],
  ['did', '/history'],
  ['source', '/source/1'],
  ['welcome', '/welcome'],
  ['nowhere', '/nowhere'],
  ['settings', '/', SETTINGS],
  ['people', '/', SETTINGS, /People, and what/],
  ['models', '/', SETTINGS, 'Models'],
  ['feeds', '/', SETTINGS, 'Feeds'],
  ['goes out', '/', SETTINGS, 'See and decide'],
  ['devices', '/', SETTINGS, 'Devices'],
  ['security', '/', SETTINGS, 'Security'],
  ['happened', '/', SETTINGS, 'What happened'],
  ['keys', '/', '?'],
  ['steer', '/', 'How should I choose?'],
  ['filter', '/library/music', 'Folders and tags'],
  ['rate', '/library/music', /^Rate /],
  ['why', 'image', 'Why this'],
  ['menu', 'music', 'More'],
  ['add to', 'music', 'More', 'Add to a list'],
  ['player', 'music', 'Play', 'Player'],
  ['coming up', 'music', 'Play', 'Player', 'Coming up'],
  ['words', 'music', 'Play', 'Player', 'Words'],
  ['how it plays', 'music', 'Play', 'Player', /Sleep, speed/],
  ['elsewhere', 'music', 'Play', 'Player', 'Elsewhere'],
]

/** The address of a screen. */
async function addressOf(page, where) {
  if (where.startsWith('/')) return where
  const [by, of] = where.split(':')
  const ask = of ? `/api/groups/${of}?limit=1` : `/api/items?kind=${by}&sort=title&limit=1`
  const { picks, groups } = await page.evaluate(async (path) => (await fetch(path)).json(), ask)
  return groups ? `/group/${of}/${groups[0].id}` : `/item/${picks[0].item.id}`
}

/** Go to a screen, as somebody does. Throws, with its name, where a way there is missing. */
export async function visit(page, house, [name, where, ...presses]) {
  await page.goto(house + (await addressOf(page, where)))
  await page.locator('main').waitFor()
  for (const press of presses) {
    if (press === '?') await page.keyboard.press('?')
    else {
      const button = page.getByRole('button', { name: press, exact: true }).and(page.locator(':visible')).first()
      await button.click().catch((error) => Promise.reject(new Error(`${name}: no button ${press}. ${error}`)))
    }
  }
  await page.waitForTimeout(SETTLE_MS)
}

/** What axe finds wrong with the page as it stands, one line each, and whether it is too wide. */
export async function faults(page) {
  // axe comes in through the debugger, where the page's own rules about scripts do not hold. The frame of a text
  // runs no scripts, axe's neither; its words are plain HTML of ours.
  await page.evaluate(`${axe.source};0`)
  const { violations } = await page.evaluate((tags) => globalThis.axe.run({ runOnly: tags, iframes: false }), RULES)
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  const wrong = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)
  return wider > 0 ? [...wrong, `${wider} px too wide`] : wrong
}
