/** Charts that are drawn by uPlot. */
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import type { Charts, ReliabilityBin, Series } from '../api/charts.ts';
import { percent } from './words.ts';

const COLOURS = 8;
const HEIGHT = 220;
const OUTCOME_COLOURS: Readonly<Record<string, number>> = {
  ...{ verified: 1, ineffective: 4, called: 0, finished: 0, approved: 0, 'asked for': 5, waiting: 2 },
  ...{ suppressed: 6, 'no action': 3, denied: 7, rejected: 7 },
};

interface StackedProps {
  readonly charts: Charts;
  readonly series: readonly Series[];
}

/** Counts over time, one upon the other. */
export function Stacked({ charts: { times, bucketSeconds }, series }: StackedProps) {
  if (times.length === 0) return <p class="faint">Nothing is recorded of this time.</p>;
  const sums = series.map((_, index) => times.map((_, bucket) => upTo(series, index, bucket)));
  const options = (style: CSSStyleDeclaration, width: number): UPlot.Options => ({
    ...{ width, height: HEIGHT, legend: { show: false }, cursor: { show: false } },
    scales: {
      x: { range: [(times[0] ?? 0) - bucketSeconds / 2, (times.at(-1) ?? 0) + bucketSeconds] },
      y: { range: (_, __, most) => [0, Math.max(1, 1.05 * most)] }, // a bar that begins above 0 lies about its share
    },
    axes: axesOf(style),
    series: [
      {},
      ...series
        .map((_, index) => ({
          fill: colour(style, colourOf(series, index)),
          stroke: colour(style, colourOf(series, index)),
          width: 0,
          points: { show: false },
          paths: UPlot.paths.bars?.({ size: [0.9, 60], align: 1 }) ?? null,
        }))
        .reverse(),
    ] as UPlot.Series[],
  });
  return (
    <>
      <Plot options={options} data={[[...times], ...sums.toReversed()]} label={series.map(totalText).join(', ')} />
      <ul class="legend">
        {series.map((one, index) => (
          <li key={one.name}>
            <i class={`colour-${colourOf(series, index)}`} /> {totalText(one)}
          </li>
        ))}
      </ul>
    </>
  );
}

/** How often decisions of a confidence worked: on the line, the confidence is the truth. */
export function Reliability({ bins }: { readonly bins: readonly ReliabilityBin[] }) {
  const known = bins.filter(({ verified, ineffective }) => verified + ineffective > 0);
  if (known.length === 0)
    return <p class="faint">No remediation of this time was verified or found ineffective yet.</p>;
  const worked = known.map(({ verified, ineffective }) => verified / (verified + ineffective));
  const x = [0, ...known.map(({ meanConfidence }) => meanConfidence), 1];
  const options = (style: CSSStyleDeclaration, width: number): UPlot.Options => ({
    ...{ width, height: HEIGHT, legend: { show: false }, cursor: { show: false } },
    scales: { x: { time: false, range: [0, 1.02] }, y: { range: [0, 1.05] } },
    axes: axesOf(style),
    series: [
      {},
      { stroke: style.getPropertyValue('--faint'), dash: [4, 4], points: { show: false } },
      { stroke: colour(style, 0), width: 2, points: { show: true, size: 9, fill: colour(style, 0) } },
    ],
  });
  return (
    <>
      <Plot options={options} data={[x, x, [null, ...worked, null]]} label="Share that worked against confidence" />
      <table>
        <thead>
          <tr>
            <th>confidence</th>
            <th>worked</th>
            <th>of</th>
          </tr>
        </thead>
        <tbody>
          {known.map(({ from, to, verified, ineffective }) => (
            <tr key={from}>
              <th>
                {from.toFixed(1)} to {to.toFixed(1)}
              </th>
              <td>{percent(verified / (verified + ineffective))}</td>
              <td>{verified + ineffective}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

interface PlotProps {
  readonly options: (style: CSSStyleDeclaration, width: number) => UPlot.Options;
  readonly data: UPlot.AlignedData;
  readonly label: string;
}

/** One plot, drawn again when its data, its width or the colours of the page change. */
function Plot({ options, data, label }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [scheme, setScheme] = useState(0);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const update = () => setScheme((count) => count + 1);
    dark.addEventListener('change', update);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', update);
    };
  }, []);
  useEffect(() => {
    if (box.current === null || width === 0) return;
    const plot = new UPlot(options(getComputedStyle(box.current), width), data, box.current);
    return () => plot.destroy();
  }, [width, scheme, label]);
  return <div class="plot" ref={box} role="img" aria-label={label} />;
}

function axesOf(style: CSSStyleDeclaration): UPlot.Axis[] {
  const line = { stroke: style.getPropertyValue('--line'), width: 1 };
  const axis = { stroke: style.getPropertyValue('--faint'), grid: line, ticks: line };
  return [{ ...axis }, { ...axis, size: 46 }];
}

/** An outcome has its colour whichever others there are; other series take the colours in turn. */
function colourOf(series: readonly Series[], index: number): number {
  return OUTCOME_COLOURS[series[index]?.name ?? ''] ?? index % COLOURS;
}

function colour(style: CSSStyleDeclaration, index: number): string {
  return style.getPropertyValue(`--colour-${index % COLOURS}`);
}

function upTo(series: readonly Series[], index: number, bucket: number): number {
  return series.slice(0, index + 1).reduce((sum, { values }) => sum + (values[bucket] ?? 0), 0);
}

function totalText({ name, values }: Series): string {
  return `${name} ${values.reduce((sum, value) => sum + value, 0).toLocaleString()}`;
}
