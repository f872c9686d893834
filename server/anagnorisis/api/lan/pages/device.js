// Which steps a device needs: shown first, with a choice of the others for whoever was guessed wrongly.

/** One of ios, android, mac, windows, linux. An iPad says it is a Mac, but no Mac is touched with ten fingers. */
export function device({ userAgent, maxTouchPoints } = navigator) {
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return 'ios'
  if (/Android/.test(userAgent)) return 'android'
  if (/Macintosh/.test(userAgent)) return 'mac'
  if (/Windows/.test(userAgent)) return 'windows'
  return 'linux'
}

/** Show the steps of the chosen device alone, beginning with this one. */
export function choose(document) {
  const chooser = document.querySelector('#device')
  const sections = [...document.querySelectorAll('[data-device]')]
  const show = () => sections.forEach((one) => (one.hidden = !one.dataset.device.split(' ').includes(chooser.value)))
  chooser.value = device()
  chooser.addEventListener('change', show)
  document.documentElement.classList.add('chosen')
  show()
}
