// Plays tracks with two plain audio elements: one sounds, the other holds the next track ready.
//
// No Web Audio, and the next source starts inside `ended`: only so does a locked phone keep playing.
import type { Item } from './nouns'
import type { Came, Parts, Repeat, Snapshot } from './parts'
import { at, beside, coming, current, followed, placed, queueOf, SILENT, stepped, without, type Queue } from './queue'

const READY_S = 20
const REPORT_S = 15
const SKIPPED_S = 30
const EARLY = 4
const RESTART_S = 3
const NEAR_S = 0.3
/** So shortly before the end the next track is begun: about what an element takes to sound. */
const HAND_S = 0.8
const LEAD_MS = 25
/** Nobody seems to be there any more after so many tracks, or so long, without anything done. */
const ALONE_TRACKS = 4
const ALONE_MS = 30 * 60_000

export class Player {
  queue = $state.raw<Queue>(SILENT)
  playing = $state(false)
  waiting = $state(false)
  position = $state(0)
  duration = $state(0)
  trouble = $state('')
  repeat = $state<Repeat>('off')
  rate = $state(1)
  /** Silence after this track. */
  endsHere = $state(false)
  /** How often a list was begun: what was thought up for one does not hold for the next. */
  starts = $state(0)
  #handing: ReturnType<typeof setTimeout> | undefined
  #parts: Parts
  #sounds: HTMLAudioElement[] = []
  #on = 0
  #loaded: [string, string] = ['', '']
  #reported = 0
  #started = ''
  #startAt = 0
  #readied = ''
  #chosen = false
  #tracks = 0
  #acted = performance.now()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get item(): Item | null {
    return current(this.queue)
  }

  get next(): Item | null {
    return beside(this.queue, 1) ?? (this.repeat === 'all' ? (this.queue.items[0] ?? null) : null)
  }

  /** Somebody is there: they touched something, here or elsewhere in the app. */
  act(): void {
    this.#tracks = 0
    this.#acted = performance.now()
  }

  /** Play `item` in the list it was found in, from `at` seconds. */
  start(items: readonly Item[], item: Item, at = 0): void {
    this.#leave()
    this.queue = queueOf(items.some((one) => one.id === item.id) ? items : [item], item.id)
    this.act()
    this.starts += 1
    this.#chosen = true
    this.#load(at)
    this.#play()
  }

  /** Take up an earlier visit: everything as it was, but silent until asked. */
  restore({ queue, position, repeat = 'off' }: Snapshot): void {
    if (this.item || !current(queue)) return
    this.queue = queue
    this.repeat = repeat
    this.#load(position, 'none')
  }

  toggle(): void {
    if (this.playing) this.#sound.pause()
    else if (this.item) {
      if (this.#loaded[this.#on] !== this.item.id) this.#load(this.position)
      this.#play()
    }
  }

  pause(): void {
    this.#sound.pause()
  }

  seek(to: number): void {
    this.#unhand()
    const at = Math.min(Math.max(0, to), Math.max(0, this.duration - 0.25))
    this.position = at
    if (this.#sound.readyState > 0) this.#sound.currentTime = at
    else this.#startAt = at
  }

  forward(): void {
    if (!this.next) return
    this.act()
    if (this.item && this.position < Math.max(SKIPPED_S, this.duration / EARLY)) {
      this.#parts.signal('skip', this.item.id, this.position, this.#came)
      if (this.position < SKIPPED_S) this.#started = ''
      else this.#reported = 0 // its place is kept by being told after the skip
    }
    this.#go(1)
  }

  /** The start of this track, or from there the track before. */
  backward(): void {
    if (this.position > RESTART_S || !beside(this.queue, -1)) this.seek(0)
    else this.#go(-1)
  }

  /** Go on with another track of the queue, as its person chose. */
  jump(index: number): void {
    this.act()
    this.#leave()
    this.#sound.pause()
    this.queue = at(this.queue, index)
    this.#chosen = true
    this.#load()
    this.#play()
  }

  /** Take a track that is still to come out of the queue: it is not what its person wants. Returns the way back. */
  drop(index: number): () => void {
    const item = this.queue.items[index]
    if (!item || index <= this.queue.index) return () => {}
    this.#arrange(without(this.queue, index))
    const unsay = this.#parts.signal('remove', item.id)
    return () => {
      unsay()
      this.#arrange(placed(this.queue, item, index))
    }
  }

  /** Have a track that is still to come come next. */
  hasten(index: number): void {
    const item = this.queue.items[index]
    if (item && index > this.queue.index) this.#arrange(placed(without(this.queue, index), item, 0))
  }

  /** Have a track that is still to come come at another place. */
  move(from: number, to: number): void {
    const item = this.queue.items[from]
    if (item && from > this.queue.index && from !== to) this.#arrange(placed(without(this.queue, from), item, to))
  }

  /** Have other tracks come after this one. */
  follow(items: readonly Item[]): void {
    this.#arrange(followed(this.queue, items))
  }

  /** Put tracks right after this one, or at the end; without anything playing they begin. */
  add(items: readonly Item[], where: 'next' | 'end'): void {
    const first = items.find((item) => item.kind === 'music')
    if (!first) return
    if (!this.item) return this.start(items, first)
    const others = coming(this.queue)
    this.follow(where === 'next' ? [...items, ...others] : [...others, ...items])
  }

  again(repeat: Repeat): void {
    this.repeat = repeat
    this.#readied = ''
    this.#unhand()
    this.#keep()
  }

  /** Play faster or slower, at the same pitch. */
  hurry(rate: number): void {
    this.rate = rate
    this.#unhand()
    for (const sound of this.#sounds) sound.playbackRate = sound.defaultPlaybackRate = rate
  }

  /** Have the elements that hold a track sound as loud as that needs; where a browser lets nobody, they do not. */
  level(item: string, volume: number): void {
    for (const [n, sound] of this.#sounds.entries()) if (this.#loaded[n] === item) sound.volume = volume
  }

  stop(): void {
    this.#leave()
    for (const sound of this.#sounds) {
      sound.pause()
      sound.removeAttribute('src')
    }
    this.#loaded = ['', '']
    this.queue = SILENT
    this.playing = false
    this.#parts.keep({ queue: SILENT, position: 0 })
  }

  #arrange(queue: Queue): void {
    this.act()
    this.queue = queue
    this.#readied = ''
    this.#keep()
  }

  get #came(): Came {
    if (this.#chosen) return 'chosen'
    return this.#tracks > ALONE_TRACKS || performance.now() - this.#acted > ALONE_MS ? 'unattended' : 'queue'
  }

  get #sound(): HTMLAudioElement {
    if (!this.#sounds.length) this.#sounds = [this.#made(0), this.#made(1)]
    return this.#sounds[this.#on] as HTMLAudioElement
  }

  get #other(): HTMLAudioElement {
    void this.#sound
    return this.#sounds[1 - this.#on] as HTMLAudioElement
  }

  #made(index: number): HTMLAudioElement {
    const sound = this.#parts.sound()
    sound.defaultPlaybackRate = sound.playbackRate = this.rate
    const mine = (run: () => void) => () => index === this.#on && run()
    sound.addEventListener('timeupdate', mine(() => this.#moved()))
    sound.addEventListener('durationchange', mine(() => this.#measured()))
    sound.addEventListener('loadedmetadata', mine(() => this.#sought()))
    sound.addEventListener('playing', mine(() => this.#sounding()))
    sound.addEventListener('waiting', mine(() => (this.waiting = true)))
    sound.addEventListener('pause', mine(() => this.#paused()))
    sound.addEventListener('ended', mine(() => this.#ended()))
    sound.addEventListener('error', () => (index === this.#on ? this.#failed() : (this.#loaded[index] = '')))
    return sound
  }

  /** Put the present track into the sounding element, which may hold it already. */
  #load(at = 0, preload: 'auto' | 'none' = 'auto'): void {
    const item = this.item
    if (!item) return
    this.#unhand()
    this.trouble = ''
    this.position = at
    this.duration = item.seconds
    this.#startAt = at
    this.#reported = at
    this.#started = ''
    this.#readied = ''
    if (this.#loaded[this.#on] !== item.id) this.#put(this.#on, item, preload)
    else if (this.#sound.readyState > 0) this.#sought()
    this.#keep()
  }

  #put(which: number, item: Item, preload: 'auto' | 'none'): void {
    const sound = which === this.#on ? this.#sound : this.#other
    this.#loaded[which] = item.id
    sound.preload = preload
    sound.volume = this.#parts.volume?.(item) ?? sound.volume
    sound.src = this.#parts.source(item)
    if (preload === 'auto') sound.load()
  }

  #play(): void {
    this.waiting = this.#sound.readyState < 3
    this.playing = true
    this.#sound.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') return
      this.playing = false
      this.waiting = false
    })
  }

  #go(step: 1 | -1): void {
    this.#leave()
    const onwards = this.#loaded[1 - this.#on] === (step > 0 ? this.next : beside(this.queue, step))?.id
    this.#sound.pause()
    this.#step(step)
    if (onwards) this.#on = 1 - this.#on
    this.#load()
    this.#play()
  }

  #step(step: 1 | -1): void {
    this.queue = stepped(this.queue, step, this.repeat === 'all')
    this.#chosen = false
    this.#tracks += 1
  }

  #ended(): void {
    const item = this.item
    if (item) this.#parts.signal('finish', item.id, this.duration, this.#came)
    if (this.repeat === 'one' && !this.endsHere) {
      this.#chosen = false
      this.#tracks += 1
      this.#load()
      return this.#play()
    }
    if (!this.next || this.endsHere) {
      this.endsHere = false
      this.playing = false
      this.seek(0)
      return this.#keep()
    }
    this.#step(1)
    this.#on = 1 - this.#on
    this.#load()
    this.#play()
  }

  #moved(): void {
    if (this.#startAt) return
    this.position = this.#sound.currentTime
    const soon = this.duration > 0 && this.duration - this.position <= READY_S
    if (soon && this.next && this.#readied !== this.next.id) this.#ready(this.next)
    if (Math.abs(this.position - this.#reported) >= REPORT_S) this.#report()
    this.#hand()
  }

  /** Begin the next track while the last moment of this one sounds, where both are there as a whole. */
  #hand(): void {
    const [sound, left] = [this.#sound, (this.duration - this.position) / this.rate]
    const whole = sound.buffered?.length && sound.buffered.end(sound.buffered.length - 1) > this.duration - 0.05
    const ready = this.#loaded[1 - this.#on] === this.next?.id && this.#other.readyState > 2
    if (left > HAND_S || this.#handing || !whole || !ready || sound.paused || this.endsHere || this.repeat === 'one') return
    this.#handing = setTimeout(() => sound === this.#sound && !sound.paused && this.#ended(), Math.max(0, left * 1000 - LEAD_MS))
  }

  #unhand(): void {
    clearTimeout(this.#handing)
    this.#handing = undefined
  }

  /** Once: what cannot be fetched now is fetched in its turn. */
  #ready(next: Item): void {
    this.#readied = next.id
    if (this.#loaded[1 - this.#on] !== next.id) this.#put(1 - this.#on, next, 'auto')
  }

  #measured(): void {
    if (Number.isFinite(this.#sound.duration)) this.duration = this.#sound.duration
  }

  #sought(): void {
    if (Math.abs(this.#sound.currentTime - this.#startAt) > NEAR_S) this.#sound.currentTime = this.#startAt
    this.#startAt = 0
  }

  #sounding(): void {
    this.waiting = false
    this.playing = true
    const item = this.item
    if (!item || this.#started === item.id) return
    this.#started = item.id
    this.#parts.signal('play', item.id, undefined, this.#came)
  }

  #paused(): void {
    if (this.#sound.ended || !this.#sound.paused) return
    this.#unhand()
    this.playing = false
    this.#report()
  }

  /** The element is of no use any more; the place is kept, and the next try fetches the track anew. */
  #failed(): void {
    if (!this.#sound.getAttribute('src')) return
    this.#startAt ||= this.position
    this.#loaded[this.#on] = ''
    this.playing = false
    this.waiting = false
    this.trouble = 'This track cannot be played right now.'
  }

  /** Say where we are before going elsewhere. */
  #leave(): void {
    if (this.item && this.#started === this.item.id && Math.abs(this.position - this.#reported) > 1) this.#report()
  }

  #report(): void {
    if (!this.item) return
    this.#reported = this.position
    if (this.#started === this.item.id) this.#parts.signal('position', this.item.id, this.position)
    this.#keep()
  }

  #keep(): void {
    this.#parts.keep({ queue: this.queue, position: this.position, repeat: this.repeat })
  }
}
