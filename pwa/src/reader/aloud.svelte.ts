// Reads a text aloud with the voices of the browser, a sentence at a time; music waits until it is done.
import type { Item } from '../lib/nouns'
import { notices } from '../lib/notice.svelte'
import { lockScreen, player } from '../lib/sound.svelte'
import { reader } from './look.svelte'
import type { Reading } from './reading.svelte'
import { sentences, type Span } from './text'

class Aloud {
  item = $state.raw<Item | null>(null)
  playing = $state(false)
  /** The sentence that is read, of so many. */
  at = $state(0)
  many = $state(0)
  #reading: Reading | null = null
  #spans: Span[] = []
  #text = ''
  #music = false
  #turn = 0
  #free = () => {}

  /** Read from what is on the screen on. */
  start(reading: Reading): void {
    if (!globalThis.speechSynthesis) return notices.say('This browser cannot read aloud.')
    this.stop()
    const from = reading.onScreen
    this.#reading = reading
    this.#text = reading.words.text
    this.#spans = sentences(this.#text, reading.tongue)
    if (!this.#spans.length) return
    this.many = this.#spans.length
    this.at = Math.max(0, this.#spans.findIndex(([, to]) => to > from))
    this.item = reading.item
    this.#music = player.playing
    this.#free = $effect.root(() => {
      let before = player.playing
      // Who starts music wants to hear that. What was playing stops a moment after it was asked to.
      $effect(() => {
        if (player.playing && !before && this.playing) this.pause()
        before = player.playing
      })
    })
    this.play()
  }

  toggle(): void {
    if (this.playing) this.pause()
    else this.play()
  }

  play(): void {
    player.pause()
    this.playing = true
    lockScreen.taken = { item: this.item as Item, playing: true, toggle: () => this.toggle(), step: (by) => this.step(by), end: () => this.stop() }
    this.#say()
  }

  /** Browsers that can pause a voice are few: what was begun is said again. */
  pause(): void {
    this.#turn += 1
    this.playing = false
    speechSynthesis.cancel()
    if (lockScreen.taken) lockScreen.taken = { ...lockScreen.taken, playing: false }
  }

  /** A sentence on or back. */
  step(by: 1 | -1): void {
    this.at = Math.min(this.many - 1, Math.max(0, this.at + by))
    this.#reading?.speak(this.#spans[this.at] ?? null)
    if (this.playing) this.#say()
  }

  hurry(speed: number): void {
    reader.set({ speed })
    if (this.playing) this.#say()
  }

  stop(): void {
    if (!this.item) return
    this.pause()
    this.#free()
    this.#reading?.speak(null)
    this.#reading = this.item = null
    lockScreen.taken = null
  }

  #say(): void {
    const turn = ++this.#turn
    speechSynthesis.cancel()
    const span = this.#spans[this.at]
    if (!span) return
    this.#reading?.speak(span)
    const said = new SpeechSynthesisUtterance(this.#text.slice(...span))
    said.rate = reader.look.speed
    if (this.#reading?.tongue) said.lang = this.#reading.tongue
    said.onend = () => turn === this.#turn && this.#next()
    said.onerror = ({ error }) => {
      if (turn !== this.#turn || error === 'canceled' || error === 'interrupted') return
      this.pause()
      notices.say('This device has no voice for it. Its settings may offer one to download.')
    }
    speechSynthesis.speak(said)
  }

  #next(): void {
    if (this.at + 1 < this.many) {
      this.at += 1
      return this.#say()
    }
    this.stop()
    if (this.#music && player.item && !player.playing) player.toggle()
  }
}

export const aloud = new Aloud()
