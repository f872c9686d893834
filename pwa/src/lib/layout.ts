// Where everything of a long list stands: rows of equal cells, under headings or without, so that only what is seen is made.
export type Section = { readonly label: string; readonly count: number }
export type Shape = { readonly columns: number; readonly cell: number; readonly gap: number; /** 0 for none. */ readonly heading: number }
/** A heading, or a row of the cells `first` to `first + count - 1`. */
export type Line = { readonly y: number; readonly label?: string; readonly first: number; readonly count: number }

type Part = Section & { readonly y: number; readonly first: number }

export class Layout {
  readonly height: number
  readonly #parts: Part[] = []

  /** Without headings sections do not break rows: the list is one. */
  constructor(
    sections: readonly Section[],
    readonly total: number,
    readonly shape: Shape,
  ) {
    let [y, first] = [0, 0]
    for (const section of shape.heading ? sections : [{ label: '', count: total }]) {
      const count = Math.min(section.count, total - first)
      if (count <= 0) continue
      this.#parts.push({ ...section, count, y, first })
      y += shape.heading + this.#rows(count) * this.#step
      first += count
    }
    this.height = Math.max(0, y - (total ? shape.gap : 0))
  }

  /** The lines that touch the stretch from `top` to `bottom`, in their order. */
  lines(top: number, bottom: number): Line[] {
    const { columns, heading } = this.shape
    const lines: Line[] = []
    for (let at = this.#partAt(top); at < this.#parts.length; at++) {
      const part = this.#parts[at] as Part
      if (part.y > bottom) break
      if (heading && part.y + heading >= top) lines.push({ y: part.y, label: part.label, first: part.first, count: 0 })
      const start = part.y + heading
      const from = Math.max(0, Math.floor((top - start) / this.#step))
      const to = Math.min(this.#rows(part.count) - 1, Math.floor((bottom - start) / this.#step))
      for (let row = from; row <= to; row++) {
        const first = row * columns
        lines.push({ y: start + row * this.#step, first: part.first + first, count: Math.min(columns, part.count - first) })
      }
    }
    return lines
  }

  /** Where the row of a cell begins; its heading when it is the first below one. */
  yOf(index: number): number {
    const part = this.#parts.findLast((one) => one.first <= index)
    if (!part) return 0
    const row = Math.floor((index - part.first) / this.shape.columns)
    return part.y + (row ? this.shape.heading + row * this.#step : 0)
  }

  get #step(): number {
    return this.shape.cell + this.shape.gap
  }

  #rows(count: number): number {
    return Math.ceil(count / this.shape.columns)
  }

  /** The last part that begins at or above `y`. */
  #partAt(y: number): number {
    let [low, high] = [0, this.#parts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#parts[middle] as Part).y <= y) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** How many cells of at least `least` go side by side. */
export function columnsIn(width: number, least: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (least + gap)))
}

/** The section in which a cell stands, and where each begins. */
export function sectionAt(sections: readonly Section[], index: number): { label: string; first: number } | null {
  let first = 0
  for (const { label, count } of sections) {
    if (index < first + count) return { label, first }
    first += count
  }
  return null
}
