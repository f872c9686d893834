// The sounding half of a player's tests.

/** An audio element without sound: it does what the specification says, when the test says so. */
export class Sound extends EventTarget {
  src = ''
  preload = ''
  currentTime = 0
  duration = Number.NaN
  readyState = 0
  paused = true
  ended = false
  plays: string[] = []
  volume = 1
  playbackRate = 1
  defaultPlaybackRate = 1
  /** How far it is there. */
  buffered = { length: 1, end: () => this.there }
  there = 0
  load() {
    this.readyState = 0
    this.currentTime = 0
    this.ended = false
  }
  async play() {
    this.paused = false
    this.ended = false
    this.plays.push(this.src)
  }
  pause() {
    if (this.paused) return
    this.paused = true
    this.dispatchEvent(new Event('pause'))
  }
  getAttribute() {
    return this.src
  }
  removeAttribute() {
    this.src = ''
  }
  /** Metadata came in and sound comes out. */
  begin(duration = 200) {
    this.readyState = 4
    this.duration = duration
    for (const event of ['durationchange', 'loadedmetadata', 'playing']) this.dispatchEvent(new Event(event))
  }
  at(seconds: number) {
    this.currentTime = seconds
    this.dispatchEvent(new Event('timeupdate'))
  }
  end() {
    this.ended = true
    this.paused = true
    this.dispatchEvent(new Event('pause'))
    this.dispatchEvent(new Event('ended'))
  }
}
