// The state of saving pages: what is wanted, how far it is, and what waits on this device for the house.
import { Unreachable, address, ask, call } from '../lib/api'
import { words } from '../lib/loaded.svelte'
import type { PageOut, PagesOut, PagesSaved } from '../lib/nouns'

const WAITING = 'pages-waiting'
const MOST_WAITING = 200
const LINK = /https?:\/\/[^\s<>"']+/gi

export class Saving {
  pages = $state.raw<PageOut[] | null>(null)
  /** What to ask with for older ones; null at the end. */
  before = $state<number | null>(null)
  busy = $state(false)
  trouble = $state('')
  /** What came of the last saving, in a sentence. */
  said = $state('')
  /** Nobody allowed the house to fetch pages as yet. */
  off = $state(false)
  /** Texts that this device keeps until the house is in reach. */
  waiting = $state.raw<string[]>(kept())

  async load(): Promise<void> {
    try {
      const told = await call<PagesOut>('GET', '/api/pages')
      this.pages = told.pages
      this.before = told.before
      this.off = told.pages.some((page) => page.state === 'off')
      this.trouble = ''
    } catch (error) {
      this.trouble ||= words(error)
    }
  }

  async more(): Promise<void> {
    const { before } = this
    if (before === null || this.busy) return
    await this.#try(async () => {
      const told = await call<PagesOut>('GET', address('/api/pages', { before }))
      this.pages = [...(this.pages ?? []), ...told.pages]
      this.before = told.before
    })
  }

  /** Save the addresses in `text`; out of reach of the house this device keeps them. Whether they are safe. */
  async save(text: string): Promise<boolean> {
    return this.#try(async () => {
      try {
        this.#tell(await call<PagesSaved>('POST', '/api/pages', { text }))
      } catch (error) {
        if (!(error instanceof Unreachable) || !LINK.test(text)) throw error
        this.#wait([...new Set([...this.waiting, text])].slice(-MOST_WAITING))
        this.said = 'The house is out of reach. It is kept on this device, and saved when you open this page with the house in reach.'
      } finally {
        LINK.lastIndex = 0
      }
    })
  }

  /** Hand over what waits on this device. */
  async flush(): Promise<void> {
    if (!this.waiting.length) return
    const text = this.waiting.join('\n')
    const told = await call<PagesSaved>('POST', '/api/pages', { text }).catch(() => null)
    if (!told) return
    this.#wait([])
    this.#tell(told)
    await this.load()
  }

  async take(file: File): Promise<boolean> {
    const body = new Blob([file], { type: 'text/html' })
    return this.#try(async () => this.#tell((await (await ask('POST', '/api/pages/file', body)).json()) as PagesSaved))
  }

  async forget(page: PageOut): Promise<boolean> {
    return this.#try(() => call('DELETE', address('/api/pages', { page: page.id })))
  }

  async unlock(): Promise<boolean> {
    return this.#try(() => call('PUT', '/api/egress/purposes/pages', { on: true }))
  }

  #tell({ wanted, off }: PagesSaved): void {
    this.off = off
    const refused = wanted.filter((one) => one.state === 'refused')
    const there = wanted.filter((one) => one.state === 'there').length
    const taken = wanted.length - refused.length - there
    this.said = [
      taken ? `${taken === 1 ? 'One page is' : `${taken} pages are`} on the way.` : '',
      there ? `${there === 1 ? 'One was' : `${there} were`} here already.` : '',
      ...refused.map((one) => `${one.address}: ${one.problem}`),
    ]
      .filter(Boolean)
      .join(' ')
  }

  #wait(texts: string[]): void {
    this.waiting = texts
    localStorage.setItem(WAITING, JSON.stringify(texts))
  }

  async #try(run: () => Promise<unknown>): Promise<boolean> {
    this.busy = true
    this.trouble = ''
    try {
      await run()
      return true
    } catch (error) {
      this.trouble = words(error)
      return false
    } finally {
      this.busy = false
    }
  }
}

/** How a page is, in a few words. */
export function standing(page: PageOut, now = Date.now() / 1000): string {
  if (page.state === 'kept') return page.note || 'Kept'
  if (page.state === 'failed') return page.problem
  if (page.state === 'off') return 'Waits until somebody allows pages to be fetched'
  if (page.state === 'waiting') return 'On the way'
  const minutes = Math.max(1, Math.round(((page.due_at ?? now) - now) / 60))
  return `${page.problem} Tried again in ${minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`}.`
}

/** What another app shared: the address wherever that app put it. */
export function shared(query: string): string {
  const said = new URLSearchParams(query)
  const all = ['url', 'text', 'title'].map((name) => said.get(name) ?? '')
  return all.find((one) => LINK.test(one) && !(LINK.lastIndex = 0)) ?? all.find(Boolean) ?? ''
}

/** A bookmark that hands the page one looks at to the house. */
export function bookmarklet(house: string): string {
  return `javascript:location.href='${house}/save?url='+encodeURIComponent(location.href)`
}

function kept(): string[] {
  try {
    const texts: unknown = JSON.parse(localStorage.getItem(WAITING) ?? '[]')
    return Array.isArray(texts) ? texts.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}
