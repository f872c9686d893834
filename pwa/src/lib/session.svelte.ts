// Who is here on this device, and whether the house can be reached.
import { api, ApiError, onReach, onSessionEnd, Unreachable, type Opening } from './api'
import { forget } from './db'
import type { Session as Who } from './nouns'

const REMEMBERED = 'anagnorisis.session'
const SAID = 'anagnorisis.said'
const SIGNED_OUT = 'This device was signed out. Enter a new code to come back.'

class Session {
  state = $state<'starting' | 'closed' | 'open'>('starting')
  who = $state<Who | null>(null)
  reachable = $state(true)
  /** Why the opening page is shown, when that needs saying. */
  said = $state('')
  #ending = false

  constructor() {
    onReach((ok) => (this.reachable = ok))
    onSessionEnd(() => void this.#end())
  }

  get person(): number | null {
    return this.who?.person.id ?? null
  }

  /** Ask who we are; without a network the last answer counts. */
  async start(): Promise<void> {
    const before = read()
    try {
      this.#open(await api.session())
    } catch (error) {
      if (error instanceof Unreachable && before) this.#open(before)
      else if (error instanceof ApiError && error.status === 401 && before)
        await this.#end()
      else this.#closed(error instanceof Unreachable ? error.detail : (sessionStorage.getItem(SAID) ?? ''))
    }
  }

  /** Ask whether the server still knows us; it says so through `onSessionEnd` when not. */
  async check(): Promise<void> {
    await api.people().catch(() => null)
  }

  async open(opening: Opening): Promise<Who> {
    const who = await api.open(opening)
    this.#open(who)
    return who
  }

  /** Sign this device out and leave nothing of the person on it; what others did here still waits for them. */
  async leave(): Promise<void> {
    await api.leave()
    localStorage.removeItem(REMEMBERED)
    await forget(this.person)
    location.assign('/')
  }

  #open(who: Who): void {
    this.who = who
    this.state = 'open'
    this.said = ''
    sessionStorage.removeItem(SAID)
    localStorage.setItem(REMEMBERED, JSON.stringify(who))
  }

  #closed(said: string): void {
    this.who = null
    this.state = 'closed'
    this.said = said
  }

  /**
   * The server no longer knows us: what was seen here goes, and the page starts anew with nothing in memory.
   * Undelivered ratings wait for the same person.
   */
  async #end(): Promise<void> {
    if (this.#ending) return
    this.#ending = true
    localStorage.removeItem(REMEMBERED)
    sessionStorage.setItem(SAID, SIGNED_OUT)
    await forget()
    location.assign('/')
  }
}

function read(): Who | null {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null') as Who | null
  } catch {
    return null
  }
}

export const session = new Session()
