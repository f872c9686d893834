// What a player needs once something plays: loudness, speed, sleep, stations, shuffles, and other devices' orders.
import { untrack } from 'svelte'
import { ear, hear, hearing, type Level } from '../lib/hearing'
import { notices } from '../lib/notice.svelte'
import type { Choice, Item } from '../lib/nouns'
import { coming } from '../lib/queue'
import { player, volumes } from '../lib/sound.svelte'
import { asks } from './asks'

/** A station asks for more once so few tracks are left. */
const FEW = 4
const MORE = 12
const LATE_MS = 1_500
const REPORT_S = 15
const USUAL: Choice = { speed: 1, level: 'track' }

export type Station = { seeds: string[]; name: string; start: number }
type Sent = { verb: string; items: Item[]; index: number; position: number; sender: string }

class Extras {
  choice = $state.raw<Choice>(USUAL)
  small = $state(hearing.small)
  station = $state.raw<Station | null>(null)
  /** The order before it was shuffled; null while it is as it came. */
  before = $state.raw<readonly Item[] | null>(null)
  seed = 0
  /** When it falls silent, in unix milliseconds; 0: not by the clock. */
  sleepsAt = $state(0)
  #part = $derived(Math.floor(player.position / REPORT_S))
  #asked = new Set<string>()
  #filling = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    void asks.choices().then(({ music }) => music && this.#take(music), () => {})
    $effect.root(() => {
      $effect(() => this.#fill())
      $effect(() => {
        void player.starts
        this.before = null
      })
      $effect(() => this.#report())
      $effect(() => {
        if (this.sleepsAt && player.position >= 0 && Date.now() >= this.sleepsAt) this.#fallAsleep()
      })
    })
  }

  /** Find out how loud a track has to be; what plays is set at once. */
  learn(item: Item): void {
    if (this.#asked.has(item.id)) return
    this.#asked.add(item.id)
    asks.sound(item.id).then(
      ({ coding, track_gain, album_gain }) => {
        const gain = { off: 0, track: track_gain, album: album_gain }[hearing.level]
        // What the house codes anew it levels itself.
        const plain = !hearing.small && ear().can.includes(coding)
        volumes.set(item.id, plain ? Math.min(1, 10 ** (gain / 20)) : 1)
        player.level(item.id, volumes.get(item.id) as number)
      },
      () => this.#asked.delete(item.id),
    )
  }

  choose(change: Partial<Choice>): void {
    this.#take({ ...this.choice, ...change })
    void asks.choose('music', this.choice).catch(() => notices.say('This is kept on this device only: the house is out of reach.'))
  }

  /** A weak link: from the next track on everything comes in little. */
  weak(small: boolean): void {
    this.small = small
    hear({ small })
    this.#relearn()
  }

  sleep(minutes: number | 'end' | null): void {
    clearTimeout(this.#timer)
    player.endsHere = minutes === 'end'
    this.sleepsAt = typeof minutes === 'number' ? Date.now() + minutes * 60_000 : 0
    if (this.sleepsAt) this.#timer = setTimeout(() => this.#fallAsleep(), minutes as number * 60_000)
  }

  /** Play without end what is like some tracks; without any what its person loves. */
  async tune(name: string, seeds: readonly Item[]): Promise<void> {
    const ids = seeds.filter((item) => item.kind === 'music').map((item) => item.id)
    const lead = ids.length === 1 ? seeds.slice(0, 1) : []
    const picks = await asks.station(ids.slice(0, 200), [], MORE)
    const items = [...lead, ...picks.map((pick) => pick.item)]
    if (!items[0]) return notices.say('There is nothing to play like this yet. The house has to listen to your music first.')
    player.start(items, items[0])
    this.station = { seeds: ids.slice(0, 200), name, start: player.starts }
  }

  /** Put what comes into an order by taste and chance; once more puts it back. */
  async shuffle(): Promise<void> {
    const items = coming(player.queue)
    if (this.before) {
      const here = new Set(items.map((item) => item.id))
      player.follow(this.before.filter((item) => here.has(item.id)))
      this.before = null
      return
    }
    this.seed = Math.floor(Math.random() * 2 ** 40)
    const ids = await asks.shuffle(items.map((item) => item.id), this.seed)
    const place = new Map(ids.map((id, n) => [id, n]))
    this.before = items
    player.follow(items.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0)))
  }

  /** Do what another device wants. */
  obey(order: unknown): void {
    const { verb, items, index, position, sender } = order as Sent
    const acts: Record<string, () => void> = {
      play: () => player.playing || player.toggle(),
      pause: () => player.pause(),
      next: () => player.forward(),
      previous: () => player.backward(),
      seek: () => player.seek(position),
      stop: () => player.stop(),
      take: () => this.#taken(items, index, position, sender),
    }
    acts[verb]?.()
  }

  #taken(items: Item[], index: number, position: number, sender: string): void {
    const first = items[index]
    if (!first) return
    player.start(items, first, position)
    notices.say(`From ${sender}: ${first.title}`)
    // A page that nobody touched yet may not make a sound by itself.
    setTimeout(() => {
      if (!player.playing) notices.say(`${sender} wants to play here.`, { label: 'Play', run: () => player.toggle() })
    }, LATE_MS)
  }

  #take(choice: Choice): void {
    this.choice = choice
    player.hurry(choice.speed)
    hear({ level: choice.level as Level })
    this.#relearn()
  }

  #relearn(): void {
    this.#asked.clear()
    volumes.clear()
    if (player.item) this.learn(player.item)
  }

  #fallAsleep(): void {
    clearTimeout(this.#timer)
    this.sleepsAt = 0
    player.pause()
  }

  #fill(): void {
    const { station } = this
    const { queue } = player
    if (station && station.start !== player.starts) this.station = null
    if (!this.station || !station || this.#filling || !queue.items.length || queue.items.length - queue.index > FEW) return
    this.#filling = true
    const played = queue.items.map((item) => item.id)
    asks.station(station.seeds, played.slice(-5000), MORE).then(
      (picks) => {
        this.#filling = false
        if (this.station === station && picks.length) player.add(picks.map((pick) => pick.item), 'end')
        else this.station = null
      },
      () => (this.#filling = false),
    )
  }

  #report(): void {
    const { item, playing, duration } = player
    void this.#part
    const position = untrack(() => player.position)
    const now = { item: item?.id ?? null, title: item?.title.slice(0, 300) ?? '', playing, position, duration }
    void asks.say(now).catch(() => {})
  }
}

export const extras = new Extras()
