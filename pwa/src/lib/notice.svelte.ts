// The one short message at the bottom of the screen, with at most one thing to do about it.

const SHOWN_MS = 6_000

export type Notice = { text: string; detail: string; action?: { label: string; run: () => void } }

class Notices {
  current = $state<Notice | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined

  say(text: string, action?: Notice['action'], detail = ''): void {
    this.current = { text, detail, action }
    this.hold(false)
  }

  act(): void {
    const run = this.current?.action?.run
    this.clear()
    run?.()
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.current = null
  }

  /** A pointer or the focus on the message keeps it there. */
  hold(on: boolean): void {
    clearTimeout(this.#timer)
    if (!on) this.#timer = setTimeout(() => this.clear(), SHOWN_MS)
  }
}

export const notices = new Notices()
