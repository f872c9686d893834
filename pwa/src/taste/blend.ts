// Whom the house listens to in its scores, in plain words.
import { call, address } from '../lib/api'
import { ago, count, shown } from '../lib/format'
import type { Kind } from '../lib/nouns'
import { page, type Answer } from '../lib/pages'
import type { components } from '../lib/types'

export type Heard = components['schemas']['Heard']

/** As many as the averages are over. */
const LATELY = 100

export function blend(kind: Kind): Promise<Answer<Heard[]>> {
  return page(`blend:${kind}`, () => call<Heard[]>('GET', address('/api/taste/blend', { kind })))
}

/** "83 %", "less than 1 %"; never 100 % where somebody else is heard too. */
export function percent(share: number): string {
  if (share < 0.005) return 'less than 1 %'
  return `${share < 1 ? Math.min(99, Math.round(share * 100)) : 100} %`
}

/** A layer of the picture of how shares came to be: the path around it, x from 0 to 100 and y from 0 to 1 downwards. */
export type Layer = { name: string; path: string }

/** The shares of all models over the ratings they foretold, one upon the other, the most trusted at the bottom. */
export function layers(heard: readonly Heard[]): Layer[] {
  const moments = heard[0]?.course ?? []
  if (moments.length < 2) return []
  const [first, last] = [moments[0]!.ratings, moments.at(-1)!.ratings]
  const across = moments.map(({ ratings }) => fine((100 * (ratings - first)) / (last - first)))
  let under = moments.map(() => 0)
  return heard.map(({ name, course = [] }) => {
    const over = under.map((share, n) => share + (course[n]?.share ?? 0))
    const edge = (shares: readonly number[]) => across.map((x, n) => `${x} ${fine(1 - shares[n]!)}`)
    const path = `M${edge(over).join('L')}L${edge(under).toReversed().join('L')}Z`
    under = over
    return { name, path }
  })
}

/** The same in words: "Over 120 ratings: … from 93 % to 81 %." */
export function told(heard: readonly Heard[]): string {
  const moments = heard[0]?.course ?? []
  const each = heard.map(({ title, course = [] }) => `${title} from ${percent(course[0]?.share ?? 0)} to ${percent(course.at(-1)?.share ?? 0)}`)
  return `How I came to trust each of them, over ${count(moments.at(-1)?.ratings ?? 0, 'rating')}: ${each.join('; ')}.`
}

const fine = (value: number) => Math.round(value * 1000) / 1000

/** How near it came: "In your last 100 ratings it was 1.9 points off on average." */
export function nearness(one: Heard): string {
  if (one.off === null) return 'It has not guessed a rating of yours yet.'
  const which = one.foretold === 1 ? 'your last rating' : `your last ${count(Math.min(LATELY, one.foretold), 'rating')}`
  return `In ${which} it was ${count(Number(shown(one.off)), 'point')} off${one.foretold === 1 ? '' : ' on average'}.`
}

/** When it was worked out; empty for what follows every rating at once. */
export function age(one: Heard, now = Date.now() / 1000): string {
  return one.made_at == null ? '' : `Worked out ${ago(one.made_at / 1000, now)}; what you rated since is not in it.`
}
