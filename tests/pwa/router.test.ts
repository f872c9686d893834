// Addresses lead to pages and back, and only our own links are followed without loading a page.
import { describe, expect, test } from 'vitest'
import { match, ours, path, PLAIN, type Route } from '../../pwa/src/lib/router'

const ID = '0123456789abcdef0123456789abcdef'

test.each<[string, Route]>([
  ['/', { page: 'home' }],
  ['/?src=pwa', { page: 'home' }],
  ['/teach', { page: 'teach' }],
  ['/welcome', { page: 'welcome' }],
  ['/map/music', { page: 'map', kind: 'music' }],
  ['/search', { page: 'search', query: '' }],
  ['/search?q=blue+sea&kind=image', { page: 'search', query: 'q=blue+sea&kind=image' }],
  ['/save?url=https%3A%2F%2Fa.example%2F', { page: 'save', query: 'url=https%3A%2F%2Fa.example%2F' }],
  ['/taste', { page: 'taste', kind: '' }],
  ['/taste/image', { page: 'taste', kind: 'image' }],
  ['/history', { page: 'history' }],
  [`/item/${ID}`, { page: 'item', id: ID }],
  ['/group/album', { page: 'groups', by: 'album' }],
  ['/group/artist/0123456789abcdef', { page: 'group', by: 'artist', id: '0123456789abcdef' }],
  ['/library?sort=made&unmet=true', { page: 'library', kind: '', query: { ...PLAIN, sort: 'made', unmet: 'true' } }],
  ['/library', { page: 'library', kind: '', query: PLAIN }],
  ['/library/music', { page: 'library', kind: 'music', query: PLAIN }],
  [
    '/library/image?sort=predicted&rated=no&folder=Summer+2019&tag=sea%26sand',
    {
      page: 'library',
      kind: 'image',
      query: { sort: 'predicted', rated: 'no', folder: 'Summer 2019', tag: 'sea&sand', seed: '', least: '', unmet: '' },
    },
  ],
])('%s leads to its page', (address, route) => {
  expect(match(address)).toEqual(route)
})

test.each(['/map', '/map/films', '/taste/films', '/taste/music/more', '/library/films', '/item/short', `/item/${ID}/more`, '/nowhere', '/group', '/group/films', '/group/album/short', '/group/album/0123456789abcdef/more', '/library/music/more'])('%s leads nowhere', (address) => {
  expect(match(address).page).toBe('missing')
})

test('an order that does not exist becomes the plain one', () => {
  expect(match('/library?sort=loudest&rated=maybe')).toEqual({ page: 'library', kind: '', query: PLAIN })
})

test.each(['/', '/teach', '/search', '/search?q=a%26b', '/save', '/save?text=a%26b', '/map/image', '/taste', '/taste/article', `/item/${ID}`, '/library', '/library/article?sort=title', '/library?sort=random&seed=7', '/library/music?sort=rotation&least=7', '/library/article?unmet=true', '/group/genre', '/group/album/0123456789abcdef', '/library/image?rated=no&tag=a%2Fb'])(
  'the address of the page of %s is that address',
  (address) => expect(path(match(address))).toBe(address),
)

describe('links', () => {
  const here = 'https://house.local'
  const plain = { button: 0, metaKey: false, ctrlKey: false, shiftKey: false, altKey: false }
  const link = { origin: here, pathname: '/library', target: '', download: '' }

  test('a plain click on an own link is ours', () => expect(ours(plain, link, here)).toBe(true))
  test.each([
    ['with Ctrl', { ...plain, ctrlKey: true }, link],
    ['with the middle button', { ...plain, button: 1 }, link],
    ['to another site', plain, { ...link, origin: 'https://elsewhere.org' }],
    ['to a file of the house', plain, { ...link, pathname: `/media/${ID}` }],
    ['into a new window', plain, { ...link, target: '_blank' }],
    ['to save something', plain, { ...link, download: 'song.mp3' }],
  ])('a click %s is the browser’s', (_what, click, to) => expect(ours(click, to, here)).toBe(false))
})
