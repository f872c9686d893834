// A text cut where the words of a question stand in it; ranges count characters as the house does, code points.

export type Part = { text: string; found: boolean }

export function parts(text: string, ranges: readonly (readonly [number, number])[]): Part[] {
  const letters = [...text]
  const cut: Part[] = []
  let at = 0
  for (const [begin, end] of ranges) {
    if (begin < at || end > letters.length) continue
    cut.push({ text: letters.slice(at, begin).join(''), found: false }, { text: letters.slice(begin, end).join(''), found: true })
    at = end
  }
  cut.push({ text: letters.slice(at).join(''), found: false })
  return cut.filter((part) => part.text)
}
