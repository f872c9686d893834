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
