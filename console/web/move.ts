/** Moves one alert through the picture, along the tiers that were asked. */
import type { Row } from '../api/row.ts';
import { toneOf } from './words.ts';

const STEP_MS = 450;
/** Alerts that move at a time; a storm would hide the picture. */
const MOVING = 20;

/** The places of the picture that the alert of a row came by. */
function wayOf({ votes, outcome }: Pick<Row, 'votes' | 'outcome'>): string[] {
  const tiers = votes.map(({ method }) => method);
  if (outcome === 'no action' || outcome === 'rejected') return ['start', ...tiers, 'nobody'];
  const isCalled = outcome !== 'suppressed' && outcome !== 'waiting' && outcome !== 'denied';
  return ['start', ...tiers, 'emit', ...(isCalled ? ['lambda'] : [])];
}

export function move(picture: HTMLElement, row: Row): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  if (picture.querySelectorAll('.moving').length >= MOVING) return;
  const origin = picture.getBoundingClientRect();
  const points = wayOf(row).flatMap((name) => {
    const place = picture.querySelector(`[data-stage="${CSS.escape(name)}"]`)?.getBoundingClientRect();
    return place === undefined ? [] : [[place.left - origin.left, place.top - origin.top] as const];
  });
  const token = document.createElement('span');
  token.className = `moving ${toneOf(row.outcome)}`;
  token.textContent = row.alertname ?? 'alert';
  token.setAttribute('aria-hidden', 'true');
  picture.append(token);
  const frames = points.map(([x, y]) => ({ transform: `translate(${x}px, ${y}px)`, easing: 'ease-in-out' }));
  const motion = token.animate(frames, { duration: STEP_MS * frames.length, fill: 'forwards' });
  motion.onfinish = () => token.remove();
}
