// A row of a list held by its handle and drawn to another place, by finger or mouse.

export class Dragged {
  from = $state(-1)
  to = $state(-1)
  #move: (from: number, to: number) => void

  /** `move` is told once, when the row is let go elsewhere. */
  constructor(move: (from: number, to: number) => void) {
    this.#move = move
  }

  /** A handle in row `place` of its list was pressed. */
  take(event: PointerEvent, place: number): void {
    const handle = event.currentTarget as HTMLElement
    const rows = [...(handle.closest('ol')?.children ?? [])]
    event.preventDefault()
    handle.setPointerCapture(event.pointerId)
    this.from = this.to = place
    const drawn = ({ clientY }: PointerEvent) => (this.to = under(rows, clientY, place))
    const done = (ending: PointerEvent) => {
      handle.removeEventListener('pointermove', drawn)
      const [from, to] = [this.from, this.to]
      this.from = this.to = -1
      if (ending.type === 'pointerup' && from !== to) this.#move(from, to)
    }
    handle.addEventListener('pointermove', drawn)
    handle.addEventListener('pointerup', done, { once: true })
    handle.addEventListener('pointercancel', done, { once: true })
  }
}

/** The row at a height, the nearest one above or below all; where there is none, `place`. */
function under(rows: readonly Element[], y: number, place: number): number {
  const boxes = rows.map((row) => row.getBoundingClientRect())
  if (!boxes.length) return place
  const found = boxes.findIndex((box) => y < box.bottom)
  return found < 0 ? boxes.length - 1 : found
}
