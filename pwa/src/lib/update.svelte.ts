// Registers the service worker and offers a newer app when there is one; it never changes under the person's hands.

const LOOK_EVERY_MS = 3_600_000

class Update {
  ready = $state(false)
  #waiting: ServiceWorker | null = null
  #looked = Date.now()
  #asked = false

  async start(): Promise<void> {
    const workers = navigator.serviceWorker
    if (!workers || import.meta.env.DEV) return
    const registration = await workers.register('/sw.js', { type: 'classic', updateViaCache: 'none' }).catch(() => null)
    if (!registration) return
    this.#offer(registration.waiting)
    registration.addEventListener('updatefound', () => this.#follow(registration))
    workers.addEventListener('controllerchange', () => this.#asked && location.reload())
    document.addEventListener('visibilitychange', () => this.#look(registration))
  }

  apply(): void {
    this.#asked = true
    this.#waiting?.postMessage({ type: 'SKIP_WAITING' })
  }

  #follow(registration: ServiceWorkerRegistration): void {
    const coming = registration.installing
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed') this.#offer(registration.waiting)
    })
  }

  /** The very first worker takes over by itself; only a successor has to wait. */
  #offer(worker: ServiceWorker | null): void {
    if (!worker || !navigator.serviceWorker.controller) return
    this.#waiting = worker
    this.ready = true
  }

  #look(registration: ServiceWorkerRegistration): void {
    if (document.visibilityState !== 'visible' || Date.now() - this.#looked < LOOK_EVERY_MS) return
    this.#looked = Date.now()
    void registration.update().catch(() => null)
  }
}

export const update = new Update()
