// A track kept in pieces, so that a download goes on where it stopped and any stretch of it can be played.

export const PIECE = 4 * 2 ** 20

/** What is known of a kept track; `from` is where all its pieces come from, as it is or coded anew. */
export type About = { total: number; type: string; from?: string }

/** The address at which a kept track is played, of one of its pieces, and of what is known of it. */
export const keptAt = (id: string) => `/kept/${id}`
export const pieceAt = (id: string, n: number) => `/kept/${id}/${n}`
export const aboutAt = (id: string) => `/kept/${id}/about`

export const piecesOf = (total: number) => Math.ceil(total / PIECE)

/** First and last byte that a Range header asks for of `total`; null for none, `false` for one that cannot be met. */
export function ranged(header: string | null, total: number): [number, number] | null | false {
  const told = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!told || (told[1] === '' && told[2] === '')) return null
  const [from, to] = [told[1] ?? '', told[2] ?? '']
  const first = from === '' ? Math.max(0, total - Number(to)) : Number(from)
  const last = from === '' || to === '' ? total - 1 : Math.min(Number(to), total - 1)
  return first > last || first >= total ? false : [first, last]
}

/** The answer to a request for a kept track, by its pieces; a gap in them ends it with an error. */
export function answered(about: About, header: string | null, piece: (n: number) => Promise<Blob | null>): Response {
  const asked = ranged(header, about.total)
  if (asked === false) return new Response(null, { status: 416, headers: { 'content-range': `bytes */${about.total}` } })
  const [first, last] = asked ?? [0, about.total - 1]
  let at = first
  const body = new ReadableStream<Uint8Array>({
    async pull(out) {
      const n = Math.floor(at / PIECE)
      const part = (await piece(n))?.slice(at - n * PIECE, Math.min(last + 1, (n + 1) * PIECE) - n * PIECE)
      if (!part?.size) return out.error(new Error('A piece is missing.'))
      out.enqueue(new Uint8Array(await part.arrayBuffer()))
      at += part.size
      if (at > last) out.close()
    },
  })
  const headers = { 'content-type': about.type, 'content-length': String(last - first + 1), 'accept-ranges': 'bytes' }
  return asked
    ? new Response(body, { status: 206, headers: { ...headers, 'content-range': `bytes ${first}-${last}/${about.total}` } })
    : new Response(body, { headers })
}
