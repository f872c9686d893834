// What is done with the words of a text: marked pieces found again, sentences, the language it is in. Pure.

/** A piece of a text by its words and by what stands next to it. */
export type Quote = { readonly quote: string; readonly before: string; readonly after: string }
/** From one place to another, in characters of the text as it stands in its page. */
export type Span = readonly [from: number, to: number]

const AROUND = 40
const MOST_ELSEWHERE = 3
export const LONGEST_QUOTE = 5_000

/** A text with its white space made single spaces, and where each character of it stands in `raw`. */
export function squeezed(raw: string): { text: string; at: number[] } {
  let text = ''
  const at: number[] = []
  for (let n = 0; n < raw.length; n++) {
    const space = /\s/.test(raw[n] as string)
    if (space && (!text || text.endsWith(' '))) continue
    text += space ? ' ' : raw[n]
    at.push(n)
  }
  return { text, at }
}

/** The piece of `raw` from one place to another; null where nothing is left of it without white space. */
export function quoted(raw: string, [from, to]: Span): Quote | null {
  const quote = squeezed(raw.slice(from, to)).text.trim()
  if (!quote || quote.length > LONGEST_QUOTE) return null
  return { quote, before: squeezed(raw.slice(0, from)).text.slice(-AROUND), after: squeezed(raw.slice(to)).text.slice(0, AROUND) }
}

/** Where a quote stands in `raw` now: the same words, there where most of what was around them is; else what is now between its neighbours. */
export function found(raw: string, { quote, before, after }: Quote): Span | null {
  const { text, at } = squeezed(raw)
  let [best, most] = [-1, -1]
  for (let here = text.indexOf(quote); here >= 0; here = text.indexOf(quote, here + 1)) {
    const alike = shared(before, text.slice(0, here), -1) + shared(after, text.slice(here + quote.length), 1)
    if (alike > most) [best, most] = [here, alike]
  }
  let end = best + quote.length
  if (best < 0) {
    const [left, right] = [before.trim(), after.trim()]
    const begin = left ? text.indexOf(left) : -1
    if (begin < 0 || !right) return null
    best = begin + left.length
    while (text[best] === ' ') best += 1
    end = text.indexOf(right, best)
    if (end <= best || end - best > MOST_ELSEWHERE * quote.length) return null
    while (text[end - 1] === ' ') end -= 1
  }
  return [at[best] as number, (at[end - 1] as number) + 1]
}

/** How many characters two texts share at their ends (-1) or at their beginnings (1), not counting spaces at the seam. */
function shared(a: string, b: string, side: 1 | -1): number {
  const [one, other] = side > 0 ? [a.trimStart(), b.trimStart()] : [a.trimEnd(), b.trimEnd()]
  let same = 0
  const char = (text: string, n: number) => (side > 0 ? text[n] : text[text.length - 1 - n])
  while (same < one.length && char(one, same) === char(other, same)) same += 1
  return same
}

/** The sentences of a text whose blocks are parted by line breaks, each without the space around it. */
export function sentences(raw: string, tongue: string): Span[] {
  const spans: Span[] = []
  const cut = new Intl.Segmenter(tongue || undefined, { granularity: 'sentence' })
  for (const block of raw.matchAll(/[^\n]+/g))
    for (const { segment, index } of cut.segment(block[0])) {
      const from = block.index + index + (segment.length - segment.trimStart().length)
      const to = block.index + index + segment.trimEnd().length
      if (/[\p{L}\p{N}]/u.test(raw.slice(from, to))) spans.push([from, to])
    }
  return spans
}

/** Little words by which a language is known. */
const KNOWN: Record<string, string> = {
  en: 'the and of to in is that it for was',
  de: 'der die und das nicht ist ein zu mit den',
  fr: 'le les et des est une dans que pour pas',
  es: 'el los las que una por con para del como',
  it: 'il che di non una per gli sono della con',
  nl: 'het een van en niet dat op zijn met voor',
}
const READ = 4_000
const ENOUGH = 0.06

/** The language of a text as a tag, by its little words; empty where none of those we know fits. */
export function tongueOf(text: string): string {
  const words = text.slice(0, READ).toLowerCase().match(/\p{L}+/gu) ?? []
  const share = (tongue: string) => {
    const known = new Set(KNOWN[tongue]?.split(' '))
    return words.filter((word) => known.has(word)).length / Math.max(1, words.length)
  }
  const [best] = Object.keys(KNOWN).sort((a, b) => share(b) - share(a))
  return best && share(best) >= ENOUGH ? best : ''
}
