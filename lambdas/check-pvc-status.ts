import type { Api } from './kit/api.ts';
import { defineLambda } from './kit/lambda.ts';
import {
  conditionFindings,
  conditionLines,
  eventFindings,
  eventLines,
  type Reading,
  readEvents,
  reported,
  tryReading,
} from './kit/look.ts';
import type { Claim, KubeEvent, PersistentVolume, Pod, StorageClass } from './kit/objects.ts';
import { type LambdaCall, notFound, type Plan } from './kit/plan.ts';
import type { Section } from './kit/report.ts';
import { RESOURCES } from './kit/resources.ts';

const RESOURCE = RESOURCES.claims;
const MOST_PODS = 10;

interface Facts {
  readonly claim: Claim | undefined;
  readonly volume: Reading<PersistentVolume | undefined>;
  readonly storageClass: Reading<StorageClass | undefined>;
  /** The pods that mount it. */
  readonly pods: Reading<readonly Pod[]>;
  readonly events: Reading<readonly KubeEvent[]>;
}

/** Looks at a PersistentVolumeClaim, its volume and who mounts it. How full it is, the alert says: only the kubelet measures it. */
export default defineLambda<Facts>({ name: 'check-pvc-status', read, decide: decideClaimReport });

const ABSENT = { value: undefined } as const;

async function read(api: Api, { name, namespace }: LambdaCall): Promise<Facts> {
  const claim = await api.get<Claim>(RESOURCE, name, namespace);
  if (claim === undefined) {
    return { claim, volume: ABSENT, storageClass: ABSENT, pods: { value: [] }, events: { value: [] } };
  }
  const { volumeName, storageClassName } = claim.spec ?? {};
  const [volume, storageClass, pods, events] = await Promise.all([
    volumeName ? tryReading(() => api.get<PersistentVolume>(RESOURCES.volumes, volumeName)) : ABSENT,
    storageClassName ? tryReading(() => api.get<StorageClass>(RESOURCES.storageClasses, storageClassName)) : ABSENT,
    tryReading(async () => (await api.list<Pod>(RESOURCES.pods, namespace)).filter((pod) => mounts(pod, name))),
    tryReading(() => readEvents(api, claim, namespace)),
  ]);
  return { claim, volume, storageClass, pods, events };
}

function mounts({ spec }: Pod, name: string): boolean {
  return spec?.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name) ?? false;
}

export function decideClaimReport(facts: Facts, call: LambdaCall): Plan {
  const { claim } = facts;
  if (claim === undefined) return notFound(RESOURCE, call);
  const message = `looked at the claim: ${claim.status?.phase ?? 'of no phase'}`;
  return reported(message, sectionsOf(claim, facts), findingsOf(claim, facts), { object: claim });
}

function sectionsOf(claim: Claim, { volume, storageClass, pods, events }: Facts): Section[] {
  const { metadata, spec, status } = claim;
  const asked = spec?.resources?.requests?.storage ?? 'nothing';
  const line = `${status?.phase}, ${status?.capacity?.storage ?? 'nothing'} of ${asked} that is asked for`;
  return [
    {
      heading: `PersistentVolumeClaim ${metadata.namespace}/${metadata.name}`,
      lines: [line, `access: ${spec?.accessModes?.join(', ') ?? 'not said'}`, ...conditionLines(status?.conditions)],
    },
    { heading: 'Volume', lines: described(volume, volumeText) },
    { heading: 'StorageClass', lines: described(storageClass, classText) },
    {
      heading: 'Mounted by',
      lines: 'missing' in pods ? [pods.missing] : pods.value.slice(0, MOST_PODS).map(({ metadata }) => metadata.name),
    },
    { heading: 'Events', lines: eventLines(events) },
  ];
}

function findingsOf({ spec, status }: Claim, { volume, storageClass, pods, events }: Facts) {
  return {
    ...{ phase: status?.phase, requested: spec?.resources?.requests?.storage, capacity: status?.capacity?.storage },
    ...('value' in volume && volume.value ? { volume_phase: volume.value.status?.phase } : {}),
    ...('value' in storageClass && storageClass.value
      ? { expandable: storageClass.value.allowVolumeExpansion ?? false }
      : {}),
    ...('value' in pods ? { pods: pods.value.slice(0, MOST_PODS).map(({ metadata }) => metadata.name) } : {}),
    conditions: conditionFindings(status?.conditions),
    events: eventFindings(events),
  };
}

function described<Value>(reading: Reading<Value | undefined>, text: (value: Value) => string): string[] {
  if ('missing' in reading) return [reading.missing];
  return reading.value === undefined ? ['none'] : [text(reading.value)];
}

function volumeText({ metadata, spec, status }: PersistentVolume): string {
  const { capacity, persistentVolumeReclaimPolicy: policy } = spec ?? {};
  return `${metadata.name}: ${status?.phase}, ${capacity?.storage}, reclaim policy ${policy}`;
}

function classText({ metadata, provisioner, allowVolumeExpansion, volumeBindingMode }: StorageClass): string {
  const grows = allowVolumeExpansion ? 'claims can be enlarged' : 'claims cannot be enlarged';
  return `${metadata.name} of ${provisioner}: ${grows}, binds ${volumeBindingMode ?? 'Immediate'}`;
}
