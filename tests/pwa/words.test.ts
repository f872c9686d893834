// Names, times and covers as a person sees them.
import { expect, test } from 'vitest'
import { art } from '../../pwa/src/lib/art'
import { deviceName, tidyCode } from '../../pwa/src/lib/device'
import { about, clock, count, partOfDay, reading, shown, spoken } from '../../pwa/src/lib/format'
import type { Item } from '../../pwa/src/lib/nouns'

test('times', () => {
  expect([clock(0), clock(222.9), clock(3725), clock(Number.NaN)]).toEqual(['0:00', '3:42', '1:02:05', '0:00'])
  expect([spoken(61), spoken(5)]).toEqual(['1 minute and 1 second', '5 seconds'])
  expect([reading(20), reading(400)]).toEqual(['1 min read', '7 min read'])
  expect([2, 8, 13, 20].map(partOfDay)).toEqual(['Good evening', 'Good morning', 'Good afternoon', 'Good evening'])
})

test('numbers', () => {
  expect([shown(8), shown(7.5), shown(6.449)]).toEqual(['8', '7.5', '6.4'])
  expect([count(1, 'picture'), count(0, 'picture'), count(2, 'copy', 'copies')]).toEqual(['1 picture', '0 pictures', '2 copies'])
})

test('the line below a title leaves out what is not known', () => {
  const song = { kind: 'music', creator: 'Nina', collection: '', made_at: null } as Item
  expect(about(song)).toBe('Nina')
  expect(about({ ...song, kind: 'image', collection: 'Summer', made_at: 1_560_000_000 })).toBe('Summer · 2019')
})

test('a code is tidied as it is typed', () => {
  expect(['k7qf2m9x', 'k7qf-2m9x and more', 'k7', ''].map(tidyCode)).toEqual(['K7QF-2M9X', 'K7QF-2M9X', 'K7', ''])
})

test('devices get a name that people know', () => {
  const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605'
  expect(deviceName(mac)).toBe('Safari on Mac')
  expect(deviceName(mac, 5)).toBe('iPad')
  expect(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604')).toBe('iPhone')
  expect(deviceName('Mozilla/5.0 (Linux; Android 15) Chrome/142 Mobile Safari/537')).toBe('Chrome on Android')
  expect(deviceName('')).toBe('A browser')
})

test('a made cover is the same each time and differs between items', () => {
  const hex = (n: number) => (n % 256).toString(16).padStart(2, '0')
  const ids = Array.from({ length: 40 }, (_, n) => [n * 37, n * 91, n * 53, n * 17, n * 29, n * 71].map(hex).join(''))
  expect(art(ids[0] as string)).toEqual(art(ids[0] as string))
  expect(new Set(ids.map((id) => JSON.stringify(art(id)))).size).toBeGreaterThan(30)
})
