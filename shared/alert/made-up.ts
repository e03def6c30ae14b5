/** A value for a label of which none is known: `some-job-name`. It reads as made up, and a name of Kubernetes may be so. */
export function madeUpValue(label: string): string {
  return `some-${label.replaceAll('_', '-')}`;
}
