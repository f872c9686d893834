// Names shared by the page and the service worker.

/** The service worker's cache of thumbnails. */
export const THUMBNAILS = 'thumbnails'
