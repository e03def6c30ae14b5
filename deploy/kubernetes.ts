import { PROJECT } from '../build/project.ts';

/** An object as Kubernetes takes it; schemas/ says what fits. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [key: string]: unknown;
}

export const NAMESPACE = 'agent-sre';
export const BROKER = { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default' };
/** Every function's pods have it. */
export const PART_OF = { 'app.kubernetes.io/part-of': 'agent-sre' };

/** The image of a function as `npm run images` names it. Knative asks no registry for names under dev.local. */
export function imageOf(name: string): string {
  return `dev.local/agent-sre/${name}:${PROJECT.version}`;
}

export function labelsOf(name: string, component: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': component, ...PART_OF };
}

/** The label that Knative puts on the pods of a Service. */
export function podsOf(service: string): Record<string, string> {
  return { 'serving.knative.dev/service': service };
}
