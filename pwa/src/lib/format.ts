// Numbers, times and names as a person reads them.
import type { Item } from './nouns'

/** A rating without a needless decimal: 8, 7.5. */
export function shown(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** 3:42, 1:02:05. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  const two = (part: number) => String(part).padStart(2, '0')
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** "3 minutes and 42 seconds" for those who listen. */
export function spoken(seconds: number): string {
  const [m, s] = [Math.floor(seconds / 60), Math.floor(seconds % 60)]
  return m ? `${count(m, 'minute')} and ${count(s, 'second')}` : count(s, 'second')
}

/** "1 picture", "1,204 pictures". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString()} ${n === 1 ? one : many}`
}

/** "0 bytes", "830 bytes", "1.2 kB", "15 MB". */
export function size(bytes: number): string {
  if (bytes < 1000) return count(bytes, 'byte')
  const step = Math.min(4, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString()} ${['', 'kB', 'MB', 'GB', 'TB'][step]}`
}

/** "25 Nov, 23:16", of unix milliseconds. */
export function moment(ms: number): string {
  return new Date(ms).toLocaleString(undefined, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
}

export function day(unix: number): string {
  return new Date(unix * 1000).toLocaleDateString(undefined, { day: 'numeric', month: 'long', year: 'numeric' })
}

export function reading(seconds: number): string {
  return `${Math.max(1, Math.round(seconds / 60))} min read`
}

/** "Morning", "Afternoon", "Evening", by the hour of the day. */
export function partOfDay(hour: number): string {
  if (hour < 5 || hour >= 18) return 'Good evening'
  return hour < 12 ? 'Good morning' : 'Good afternoon'
}

/** The quiet line below a title. */
export function about(item: Item): string {
  const year = item.made_at === null ? '' : String(new Date(item.made_at * 1000).getUTCFullYear())
  const parts = {
    music: [item.creator, item.collection],
    image: [item.collection, year],
    article: [item.creator, reading(item.seconds)],
  }[item.kind]
  return parts.filter(Boolean).join(' · ')
}
