// A long list of which any stretch can be fetched, page by page.
export const PAGE = 60

export abstract class Sparse<T> {
  /** What is known of the list, by place; a place is empty until it is fetched. */
  rows = $state.raw<(T | undefined)[]>([])
  total = $state(0)
  #coming = new Set<number>()

  /** Have the places `first` to `last` fetched, where they are not yet. */
  need(first: number, last: number): void {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++)
      if (!this.rows[page * PAGE] || !this.rows[Math.min(this.total, (page + 1) * PAGE) - 1]) void this.page(page)
  }

  /** Fetch the page that begins at place `first` and `put` it. */
  protected abstract fetch(first: number): Promise<void>

  /** Have one page fetched, unless it is on its way. */
  protected async page(page: number): Promise<void> {
    const coming = this.#coming
    if (coming.has(page)) return
    coming.add(page)
    await this.fetch(page * PAGE)
    coming.delete(page)
  }

  protected put(first: number, found: readonly T[]): void {
    const rows = this.rows.slice()
    found.forEach((one, n) => (rows[first + n] = one))
    this.rows = rows
  }

  /** Another list begins: what is still on its way belongs to the last one. */
  protected begin(): void {
    this.#coming = new Set()
  }
}
