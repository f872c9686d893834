// One quiet sentence of how far the house has come in knowing somebody.
import type { Kind } from '../nouns'

const NAMES: Record<Kind, string> = { music: 'track', image: 'picture', article: 'article' }

export type Curve = { points: readonly { pairs: { value: number } | null }[] }

/** What the newest point of a curve says of pairs; empty where nothing can be claimed yet. */
export function progress(kind: Kind, curve: Curve): string {
  const pairs = curve.points.at(-1)?.pairs
  return pairs ? `I get ${Math.round(pairs.value * 100)} of 100 ${NAMES[kind]} pairs right now.` : ''
}
