// Pictures one after the other, with the screen kept on: along the list they were opened from.
import { nav } from '../lib/nav.svelte'
import { walk } from '../lib/trail'

const EACH_MS = 6_000

class Slideshow {
  on = $state(false)
  #timer: ReturnType<typeof setInterval> | undefined
  #awake: WakeLockSentinel | null = null

  toggle(): void {
    if (this.on) this.stop()
    else this.#start()
  }

  stop(): void {
    this.on = false
    clearInterval(this.#timer)
    void this.#awake?.release().catch(() => null)
    this.#awake = null
    removeEventListener('visibilitychange', this.#seen)
    removeEventListener('keydown', this.#key)
  }

  #start(): void {
    this.on = true
    this.#timer = setInterval(() => this.#step(), EACH_MS)
    addEventListener('visibilitychange', this.#seen)
    addEventListener('keydown', this.#key)
    void this.#stayAwake()
  }

  /** The next picture; the show ends with the list, and where somebody went elsewhere. */
  #step(): void {
    if (document.visibilityState !== 'visible') return
    if (nav.route.page !== 'item' || !walk(nav.route.id, 1)) this.stop()
  }

  /** A lock is lost whenever the page is hidden. */
  #seen = () => void (document.visibilityState === 'visible' && this.#stayAwake())

  #key = (event: KeyboardEvent) => void (event.key === 'Escape' && this.stop())

  async #stayAwake(): Promise<void> {
    this.#awake = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null
    if (!this.on) await this.#awake?.release()
  }
}

export const slideshow = new Slideshow()
