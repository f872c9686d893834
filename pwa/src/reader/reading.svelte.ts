// The text that is open: its words, what is selected in it, and what was marked.
import type { Highlight, Item } from '../lib/nouns'
import { Marks } from './marks.svelte'
import { found, quoted, tongueOf, type Quote, type Span } from './text'
import { unwrap, Words } from './words'

/** A selection is looked for so often: not every browser tells of it out of a frame without scripts. */
const LOOK_MS = 350

export class Reading {
  marks: Marks
  /** What is selected now, and could be marked. */
  chosen = $state.raw<Quote | null>(null)
  /** The highlight that is looked at. */
  opened = $state.raw<Highlight | null>(null)
  /** Those whose words are not in the text any more. */
  lost = $state.raw<ReadonlySet<string>>(new Set())
  tongue = ''
  #painted: HTMLElement[] = []
  #spoken: HTMLElement[] = []
  #timer: ReturnType<typeof setInterval>

  constructor(
    readonly item: Item,
    readonly frame: HTMLIFrameElement,
    readonly body: HTMLElement,
  ) {
    this.marks = new Marks(item.id)
    this.tongue = tongueOf(this.words.text)
    this.#timer = setInterval(() => this.#select(), LOOK_MS)
    body.addEventListener('click', (event) => this.#tap(event))
    void this.marks.load()
  }

  end(): void {
    clearInterval(this.#timer)
  }

  get words(): Words {
    return new Words(this.body)
  }

  /** Show `marks` in the text. */
  paint(marks: readonly Highlight[]): void {
    unwrap(this.#painted)
    this.#painted = []
    const lost = new Set<string>()
    for (const mark of marks) {
      const words = this.words
      const span = found(words.text, mark)
      if (span) this.#painted.push(...words.wrap(span, (page) => marker(page, mark)))
      else lost.add(mark.uuid)
    }
    this.lost = lost
  }

  /** Follow what is read aloud; null when nothing is. Brings it onto the screen. */
  speak(span: Span | null): void {
    unwrap(this.#spoken)
    this.#spoken = span ? this.words.wrap(span, spoken) : []
    const [first] = this.#spoken
    if (first) this.show(first, false)
  }

  /** Bring a highlight onto the screen. */
  go(mark: Highlight): void {
    const there = this.#painted.find((one) => one.dataset.mark === mark.uuid)
    if (there) this.show(there, true)
  }

  /** Scroll an element of the text into the middle, `always` or only when it is off the screen. */
  show(element: HTMLElement, always: boolean): void {
    const [box, frame] = [element.getBoundingClientRect(), this.frame.getBoundingClientRect()]
    const top = frame.top + box.top
    const seen = top > innerHeight * 0.12 && top + box.height < innerHeight * 0.75
    if (always || !seen) scrollTo({ top: scrollY + top - innerHeight * 0.3, behavior: 'smooth' })
  }

  /** Where the part of the text begins that is on the screen. */
  get onScreen(): number {
    const top = -this.frame.getBoundingClientRect().top
    return top > 0 ? this.words.below(top + innerHeight * 0.1) : 0
  }

  clear(): void {
    this.body.ownerDocument.getSelection()?.removeAllRanges()
    this.chosen = null
  }

  #select(): void {
    const selection = this.body.ownerDocument.getSelection()
    const range = selection?.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null
    if (!range) return void (this.chosen &&= null)
    const words = this.words
    const span: Span = [words.place(range.startContainer, range.startOffset), words.place(range.endContainer, range.endOffset)]
    const quote = quoted(words.text, span)
    if (quote?.quote !== this.chosen?.quote || quote?.before !== this.chosen?.before) this.chosen = quote
  }

  #tap(event: MouseEvent): void {
    const uuid = (event.target as HTMLElement).closest?.('mark')?.dataset.mark
    this.opened = this.marks.all.find((one) => one.uuid === uuid) ?? null
  }
}

function marker(page: Document, { uuid, note }: Highlight): HTMLElement {
  const mark = page.createElement('mark')
  mark.dataset.mark = uuid
  if (note) mark.className = 'noted'
  return mark
}

function spoken(page: Document): HTMLElement {
  const span = page.createElement('span')
  span.className = 'spoken'
  return span
}

class Open {
  now = $state.raw<Reading | null>(null)
  /** A highlight to go to once its text is there. */
  wanted = ''
}

/** The text on the screen, for what stands around it. */
export const open = new Open()
