// The last step: the browser's own question where it has one, pictures of the way elsewhere.
import { choose } from './device.js'

const button = document.querySelector('#install')
const said = document.querySelector('#said')

globalThis.addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault()
  button.hidden = false
  button.onclick = async () => {
    button.disabled = true
    await event.prompt()
    button.disabled = (await event.userChoice).outcome === 'accepted'
  }
})

globalThis.addEventListener('appinstalled', () => {
  said.textContent = 'Installed. Open Anagnorisis from your home screen.'
})

choose(document)
const { tag } = await (await fetch('/hello', { cache: 'no-store' })).json()
said.textContent = tag ? `This device trusts box ${tag}.` : 'This device trusts the house.'
