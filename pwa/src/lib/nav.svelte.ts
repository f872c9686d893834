// Where the app is now: follows links and the back button, and puts each page back where it was scrolled to.
import { tick } from 'svelte'
import { match, ours, path, type Route } from './router'

/** A sheet above the page; it has its own place in the history, so that Back closes it. */
export type SheetName = 'settings' | 'why' | 'filter' | 'help' | 'rate' | 'devices' | 'security' | 'audit' | 'egress' | 'feeds' | 'people' | 'listening' | 'steer' | 'queue' | 'models' | 'player' | 'words' | 'ways' | 'output' | 'menu' | 'addto' | 'reading'
type Entry = { key: number; sheet?: SheetName }

const RESTORE_FOR_MS = 1_500

class Nav {
  route = $state<Route>(match(location.href))
  sheet = $state<SheetName | null>(null)
  /** How many of our own pages lie behind this one. */
  depth = $state(0)
  #scrolled = new Map<number, number>()
  #entry: Entry = { key: 0 }

  start(): void {
    history.scrollRestoration = 'manual'
    history.replaceState(this.#entry, '')
    addEventListener('popstate', (event) => void this.#arrive(event.state as Entry | null))
    document.addEventListener('click', (event) => this.#follow(event))
  }

  go(to: Route | string, { replace = false } = {}): void {
    const address = typeof to === 'string' ? to : path(to)
    this.#leave()
    this.#entry = { key: replace ? this.#entry.key : this.#entry.key + 1 }
    history[replace ? 'replaceState' : 'pushState'](this.#entry, '', address)
    this.#show(address)
    this.sheet = null
    scrollTo(0, 0)
  }

  back(): void {
    if (this.depth > 0) history.back()
    else this.go({ page: 'home' }, { replace: true })
  }

  open(sheet: SheetName): void {
    if (this.sheet === sheet) return
    this.#entry = { key: this.#entry.key + 1, sheet }
    history.pushState(this.#entry, '')
    this.depth = this.#entry.key
    this.sheet = sheet
  }

  close(): void {
    if (this.sheet) history.back()
  }

  #follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (event.defaultPrevented || !link || !ours(event, link, location.origin)) return
    event.preventDefault()
    if (link.href !== location.href) this.go(link.href)
    else scrollTo({ top: 0, behavior: 'smooth' })
  }

  #leave(): void {
    this.#scrolled.set(this.#entry.key, scrollY)
  }

  #show(address: string): void {
    const next = match(address)
    if (JSON.stringify(next) !== JSON.stringify(this.route)) this.route = next
    this.depth = this.#entry.key
  }

  async #arrive(entry: Entry | null): Promise<void> {
    const closing = this.sheet !== null && !entry?.sheet
    if (!closing) this.#leave()
    this.#entry = entry ?? { key: 0 }
    this.sheet = this.#entry.sheet ?? null
    this.#show(location.href)
    if (!closing) await this.#restore(this.#scrolled.get(this.#entry.key) ?? 0)
  }

  /** Lists grow while they load: keep trying until the page is long enough. */
  async #restore(top: number): Promise<void> {
    const until = performance.now() + RESTORE_FOR_MS
    const key = this.#entry.key
    await tick()
    do {
      scrollTo(0, top)
      await new Promise(requestAnimationFrame)
    } while (Math.abs(scrollY - top) > 2 && performance.now() < until && key === this.#entry.key)
  }
}

export const nav = new Nav()
