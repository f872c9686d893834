// What shows an item of each kind on its page.
import type { Kind } from '../lib/nouns'
import Article from './Article.svelte'
import Image from './Image.svelte'
import Track from './Track.svelte'

export const VIEWERS = { image: Image, music: Track, article: Article } as const satisfies Record<Kind, object>
