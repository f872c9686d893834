// The words in the page of a text: read as one string, and wrapped without a change to what they say.
//
// The page is in a frame where no script can run; everything here is done to it from outside.
import type { Span } from './text'

const BLOCK = 'p, li, dt, dd, h1, h2, h3, h4, h5, h6, blockquote, pre, td, th, figcaption, caption, summary, div, section, article, main'

export class Words {
  /** The whole text; blocks are apart by line breaks. */
  readonly text: string
  readonly #pieces: { node: Text; from: number }[] = []

  constructor(readonly body: HTMLElement) {
    let text = ''
    let block: Element | null = null
    const walk = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT)
    while (walk.nextNode()) {
      const node = walk.currentNode as Text
      const around = node.parentElement?.closest(BLOCK) ?? body
      if (block && around !== block) text += '\n'
      block = around
      this.#pieces.push({ node, from: text.length })
      // A line break inside a block is a space.
      text += around.matches('pre') ? node.data : node.data.replaceAll('\n', ' ')
    }
    this.text = text
  }

  /** Where a boundary of a selection stands in the text. */
  place(node: Node, offset: number): number {
    const inside = this.#pieces.find((piece) => piece.node === node)
    if (inside) return inside.from + offset
    const at = this.body.ownerDocument.createRange()
    at.setStart(node, offset)
    return this.#pieces.find((piece) => at.comparePoint(piece.node, 0) >= 0)?.from ?? this.text.length
  }

  /** Put every part of a span into an element that `made` gives; those elements, in their order. */
  wrap([from, to]: Span, made: (page: Document) => HTMLElement): HTMLElement[] {
    const wrapped: HTMLElement[] = []
    for (const { node, from: begin } of this.#pieces.toReversed()) {
      const [first, last] = [Math.max(0, from - begin), Math.min(node.length, to - begin)]
      if (first >= last || !node.data.slice(first, last).trim()) continue
      if (last < node.length) node.splitText(last)
      const part = first ? node.splitText(first) : node
      const around = made(this.body.ownerDocument)
      part.replaceWith(around)
      around.append(part)
      wrapped.unshift(around)
    }
    return wrapped
  }

  /** The first place of the text at or below `top`, in pixels of the frame. */
  below(top: number): number {
    const range = this.body.ownerDocument.createRange()
    for (const { node, from } of this.#pieces) {
      if (!node.data.trim()) continue
      range.selectNodeContents(node)
      const box = range.getBoundingClientRect()
      if (box.bottom > top) return from + Math.floor(node.length * Math.max(0, (top - box.top) / (box.height || 1)))
    }
    return 0
  }
}

/** Take elements that `wrap` made away from around their words. */
export function unwrap(elements: readonly HTMLElement[]): void {
  for (const element of elements) {
    const above = element.parentNode
    element.replaceWith(...element.childNodes)
    above?.normalize()
  }
}
