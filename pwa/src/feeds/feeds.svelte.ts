// The state of following feeds: which there are, what an address offers, and what stands in the way.
import { ApiError, api } from '../lib/api'
import type { FeedOffer, FeedOut } from '../lib/nouns'
import { notices } from '../lib/notice.svelte'

export class Feeds {
  all = $state.raw<FeedOut[] | null>(null)
  /** What an address with several feeds offers to choose from. */
  found = $state.raw<FeedOffer[]>([])
  busy = $state(false)
  trouble = $state('')
  /** Nobody allowed the house to ask for feeds as yet: the address that waits for it. */
  locked = $state('')

  async load(): Promise<void> {
    const told = await api.feeds().catch((error: Error) => error.message)
    if (typeof told === 'string') this.trouble ||= told
    else this.all = told
  }

  /** Feeds by folder; those in none come first. */
  get folders(): [string, FeedOut[]][] {
    const names = [...new Set((this.all ?? []).map((feed) => feed.folder))]
    return names.map((name) => [name, (this.all ?? []).filter((feed) => feed.folder === name)])
  }

  /** Follow what is at an address, or show what there is to choose from; whether it is done. */
  follow(address: string): Promise<boolean> {
    this.found = []
    this.locked = ''
    return this.#try(async () => {
      try {
        const { feed, found } = await api.followFeed(address)
        if (feed) notices.say(`You follow “${feed.name}” now.`)
        else this.found = found
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'switched_off') throw error
        this.locked = address
      }
    })
  }

  /** Allow the house to ask for feeds, then follow what waited for it. */
  async unlock(): Promise<boolean> {
    const address = this.locked
    const on = await this.#try(() => api.switchPurpose('feeds', true))
    return on && this.follow(address)
  }

  import(text: string): Promise<boolean> {
    return this.#try(async () => {
      const { added, there } = await api.importOpml(text)
      notices.say(there ? `${added} feeds added, ${there} were here already.` : `${added} feeds added.`)
    })
  }

  async #try(run: () => Promise<unknown>): Promise<boolean> {
    this.busy = true
    this.trouble = ''
    try {
      await run()
      await this.load()
      return true
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : 'That did not work.'
      return false
    } finally {
      this.busy = false
    }
  }
}

/** How a feed is, in a few words. */
export function health(feed: FeedOut, now = Date.now()): string {
  if (feed.ended) return 'Gone for good. It is not asked any more.'
  if (feed.paused) return 'Paused'
  if (feed.dead) return `Silent for a month. ${feed.problem}`
  if (feed.problem) return feed.problem
  if (feed.fine_at === null) return 'Waiting to be asked for the first time'
  return `Asked ${ago(now / 1000 - feed.fine_at)}`
}

/** So long ago, or from now, in words. */
export function ago(seconds: number): string {
  const size = Math.abs(seconds)
  if (size < 90) return seconds < 0 ? 'in a minute' : 'just now'
  const [amount, unit] = size < 5400 ? [size / 60, 'minute'] : size < 129_600 ? [size / 3600, 'hour'] : [size / 86_400, 'day']
  const words = `${Math.round(amount)} ${unit}${Math.round(amount) === 1 ? '' : 's'}`
  return seconds < 0 ? `in ${words}` : `${words} ago`
}
