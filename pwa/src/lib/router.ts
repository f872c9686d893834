// The app's addresses, as pure functions: path to page and back.
import { BYS, KINDS, type By, type Kind } from './nouns'

export type Route =
  | { page: 'home' }
  | { page: 'teach' }
  | { page: 'history' }
  | { page: 'highlights' }
  | { page: 'kept' }
  | { page: 'welcome' }
  | { page: 'library'; kind: Kind | ''; query: LibraryQuery }
  | { page: 'groups'; by: By }
  | { page: 'group'; by: By; id: string }
  | { page: 'item'; id: string }
  | { page: 'playlists' }
  | { page: 'source'; id: number }
  | { page: 'playlist'; id: number }
  | { page: 'search'; query: string }
  | { page: 'save'; query: string }
  | { page: 'map'; kind: Kind }
  | { page: 'taste'; kind: Kind | '' }
  | { page: 'missing'; path: string }

export type LibraryQuery = {
  sort: (typeof SORTS)[number]
  rated: 'any' | 'yes' | 'no'
  folder: string
  tag: string
  /** Of a shuffle. */
  seed: string
  /** What the own rating, or else the expected one, has to be at least. */
  least: string
  /** Only what one never heard, saw or read: 'true', or empty. */
  unmet: string
}

const SORTS = ['newest', 'oldest', 'made', 'title', 'longest', 'shortest', 'mine', 'predicted', 'last_played', 'most_played', 'rotation', 'random'] as const
const RATED: readonly string[] = ['any', 'yes', 'no']
const ITEM = /^[0-9a-f]{32}$/
const GROUP = /^[0-9a-f]{16}$/

export const PLAIN: LibraryQuery = { sort: 'newest', rated: 'any', folder: '', tag: '', seed: '', least: '', unmet: '' }

/** The page of a path with its query; anything else is `missing`. */
export function match(address: string): Route {
  const { pathname, searchParams } = new URL(address, 'http://house')
  const [first = '', second = '', ...rest] = pathname.split('/').filter(Boolean)
  if (first === 'group' && isBy(second) && rest.length < 2) {
    const [id] = rest
    if (id === undefined) return { page: 'groups', by: second }
    if (GROUP.test(id)) return { page: 'group', by: second, id }
  }
  if (rest.length) return { page: 'missing', path: pathname }
  // What a QR code leads to; what it is about stands behind the #.
  if (!first || (!second && (first === 'approve' || first === 'join'))) return { page: 'home' }
  if (first === 'library' && (!second || isKind(second)))
    return { page: 'library', kind: isKind(second) ? second : '', query: libraryQuery(searchParams) }
  if (first === 'taste' && (!second || isKind(second))) return { page: 'taste', kind: isKind(second) ? second : '' }
  if ((first === 'search' || first === 'save') && !second) return { page: first, query: searchParams.toString() }
  if (first === 'map' && isKind(second)) return { page: 'map', kind: second }
  if (first === 'item' && ITEM.test(second)) return { page: 'item', id: second }
  if (first === 'source' && /^\d{1,15}$/.test(second)) return { page: 'source', id: Number(second) }
  if (first === 'playlist' && /^\d{1,15}$/.test(second)) return { page: 'playlist', id: Number(second) }
  if ((first === 'teach' || first === 'history' || first === 'welcome' || first === 'playlists' || first === 'highlights' || first === 'kept') && !second) return { page: first }
  return { page: 'missing', path: pathname }
}

/** The address of a route; `match(path(route))` is the route again. */
export function path(route: Route): string {
  switch (route.page) {
    case 'home':
      return '/'
    case 'item':
      return `/item/${route.id}`
    case 'playlist':
    case 'source':
      return `/${route.page}/${route.id}`
    case 'groups':
      return `/group/${route.by}`
    case 'group':
      return `/group/${route.by}/${route.id}`
    case 'map':
      return `/map/${route.kind}`
    case 'taste':
      return `/taste${route.kind && `/${route.kind}`}`
    case 'library': {
      const said = Object.entries(route.query).filter(([name, value]) => value !== PLAIN[name as keyof LibraryQuery])
      const search = new URLSearchParams(said).toString()
      return `/library${route.kind && `/${route.kind}`}${search && `?${search}`}`
    }
    case 'search':
    case 'save':
      return `/${route.page}${route.query && `?${route.query}`}`
    case 'missing':
      return route.path
    default:
      return `/${route.page}`
  }
}

/** Whether a click on a link is ours to follow without loading a page. */
export function ours(click: Pick<MouseEvent, 'button' | 'metaKey' | 'ctrlKey' | 'shiftKey' | 'altKey'>, link: Anchor, origin: string): boolean {
  const plain = click.button === 0 && !click.metaKey && !click.ctrlKey && !click.shiftKey && !click.altKey
  const inside = link.origin === origin && !/^\/(api|media)\//.test(link.pathname)
  return plain && inside && !link.target && !link.download
}

type Anchor = Pick<HTMLAnchorElement, 'origin' | 'pathname' | 'target' | 'download'>

function isKind(word: string): word is Kind {
  return (KINDS as readonly string[]).includes(word)
}

function isBy(word: string): word is By {
  return (BYS as readonly string[]).includes(word)
}

function libraryQuery(search: URLSearchParams): LibraryQuery {
  const rated = search.get('rated') ?? ''
  return {
    sort: SORTS.find((sort) => sort === search.get('sort')) ?? PLAIN.sort,
    rated: RATED.includes(rated) ? (rated as LibraryQuery['rated']) : PLAIN.rated,
    folder: search.get('folder') ?? '',
    tag: search.get('tag') ?? '',
    seed: search.get('seed') ?? '',
    least: search.get('least') ?? '',
    unmet: search.get('unmet') ? 'true' : '',
  }
}
