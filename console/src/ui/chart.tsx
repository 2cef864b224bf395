import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

const palette = ['#3b82f6', '#10b981', '#f59e0b', '#ef4444', '#8b5cf6', '#14b8a6', '#ec4899', '#84cc16'];
const HEIGHT = 220;

/** Of a digit of an axis' label, and of the mark and the gap beside it. */
const DIGIT_PX = 7.5;
const MARK_PX = 20;

/** Lines over time. What it shows stands in a table as well: a picture is not for everybody. `atS`: seconds since 1970. */
export function Chart({
  atS,
  series,
  format,
}: {
  readonly atS: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const axis = {
      stroke: style.getPropertyValue('--soft'),
      grid: { stroke: style.getPropertyValue('--line'), width: 1 },
    };
    const plot = new UPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
        axes: [
          axis,
          { ...axis, size: (_plot, labels) => widthOf(labels), values: (_plot, values) => values.map(format) },
        ],
        series: [
          {},
          ...series.map(({ name }, at) => ({
            label: name,
            stroke: palette[at % palette.length] as string,
            width: 2,
            value: (_plot: UPlot, value: number | null) => (value === null ? '–' : format(value)),
          })),
        ],
      },
      [[...atS], ...series.map(({ values }) => [...values])],
      element,
    );
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [atS, series, format]);
  return <div ref={place} className="w-full overflow-hidden p-2" aria-hidden />;
}

/** What the longest label of an axis takes: small amounts have many digits. */
function widthOf(labels: readonly string[] | null): number {
  return MARK_PX + DIGIT_PX * Math.max(4, ...(labels ?? []).map((label) => String(label).length));
}
