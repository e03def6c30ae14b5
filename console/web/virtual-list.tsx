/** A long list of which only what is seen is in the page. */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly total: number;
  /** Pixels of a row; all are alike. */
  readonly rowHeight: number;
  /** The row at an index; what takes the focus in it must be its first link. */
  readonly row: (index: number) => ComponentChildren;
  /** Is told which rows are seen, whenever that changes. */
  readonly onSeen: (from: number, to: number) => void;
}

/** Rows drawn beyond each edge, so that a quick scroll meets no gap. */
const MARGIN = 8;

export function VirtualList({ label, total, rowHeight, row, onSeen }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const [wanted, setWanted] = useState<number>();
  const from = Math.max(0, Math.floor(top / rowHeight) - MARGIN);
  const to = Math.min(total, Math.ceil((top + height) / rowHeight) + MARGIN);

  useEffect(() => onSeen(from, to), [from, to, onSeen]);
  useLayoutEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 600));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (wanted === undefined) return;
    const link = box.current?.querySelector<HTMLElement>(`[data-index="${wanted}"] a`);
    link?.focus({ preventScroll: true });
    if (link) setWanted(undefined);
  });

  const move = (event: KeyboardEvent) => {
    const focused = Number(document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset.index ?? -1);
    const next = nextIndex(event.key, focused, Math.floor(height / rowHeight), total);
    if (next === undefined || box.current === null) return;
    event.preventDefault();
    const [above, below] = [next * rowHeight, (next + 1) * rowHeight - height];
    if (box.current.scrollTop > above) box.current.scrollTop = above;
    if (box.current.scrollTop < below) box.current.scrollTop = below;
    setWanted(next);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move the focus between the links within
    <div class="rows" ref={box} onScroll={(event) => setTop(event.currentTarget.scrollTop)} onKeyDown={move}>
      <ul class="space" aria-label={label} style={{ height: `${total * rowHeight}px` }}>
        {Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset).map((index) => (
          <li
            key={index}
            data-index={index}
            class="place"
            aria-setsize={total}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
          >
            {row(index)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function nextIndex(key: string, index: number, page: number, total: number): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ...{ ArrowDown: index + 1, j: index + 1, ArrowUp: index - 1, k: index - 1 },
    ...{ PageDown: index + page, PageUp: index - page, Home: 0, End: total - 1 },
  };
  const next = moves[key];
  return next === undefined || total === 0 ? undefined : Math.max(0, Math.min(total - 1, next));
}
