const NOTES = [660, 880];
const NOTE_SECONDS = 0.12;
const VOLUME = 0.06;

let context: AudioContext | null = null;

/** Two short tones. Browsers play nothing before the first click or key on the page. */
export function playSign(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
    for (const [index, frequency] of NOTES.entries())
      playNote(context, frequency, context.currentTime + index * NOTE_SECONDS);
  } catch {
    // Without sound there are the title and the lists.
  }
}

function playNote(audio: AudioContext, frequency: number, at: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.type = 'sine';
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(VOLUME, at + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_SECONDS * 2);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + NOTE_SECONDS * 2);
}
