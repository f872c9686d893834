// Who is here on this device, and whether the house can be reached.
import { api, ApiError, onPerson, onReach, onSessionEnd, Unreachable, type Opening } from './api'
import { forget, forgetPages } from './db'
import { ROLES, type Role, type Session as Who } from './nouns'

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
    onPerson((person) => this.who && this.who.person.id !== person && void this.become())
  }

  get person(): number | null {
    return this.who?.person.id || null
  }

  /** Whether this is a screen of the house, which speaks for whoever is chosen on it. */
  get screen(): boolean {
    return this.who?.device.screen ?? false
  }

  /** Whether nobody is chosen on it. */
  get nobody(): boolean {
    return this.who !== null && !this.person
  }

  /** Whether this device may do what needs at least the role `least`. Only for what to show: the house decides. */
  may(least: Role): boolean {
    return this.who !== null && ROLES.indexOf(this.who.role) >= ROLES.indexOf(least)
  }

  get owner(): boolean {
    return this.may('owner')
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

  /** Ask again who we are: what this device may do can change while it is open. */
  async refresh(): Promise<void> {
    const who = await api.session().catch((error: unknown) => error)
    if (who instanceof ApiError && who.status === 401) await this.#end()
    else if (!(who instanceof Error)) this.#open(who as Who)
  }

  /** Somebody let this device in. */
  admit(who: Who): void {
    this.#open(who)
  }

  /** Sign this device out and leave nothing of the person on it; what others did here still waits for them. */
  async leave(): Promise<void> {
    await api.leave()
    localStorage.removeItem(REMEMBERED)
    await forget(this.person)
    location.assign('/')
  }

  /** Begin anew as the person for whom the house answers now; nothing that was seen before stays. */
  async become(): Promise<void> {
    if (this.#ending) return
    this.#ending = true
    localStorage.removeItem(REMEMBERED)
    await forgetPages()
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
