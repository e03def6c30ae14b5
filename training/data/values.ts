import type { Random } from './random.ts';

const NAMESPACES =
  'default shop payments orders monitoring observability data web api frontend backend staging production prod dev media home-automation ingress-nginx cert-manager flux-system argocd databases messaging ci auth search analytics ml platform storage network tenant-a team-blue customer-portal longhorn-system rook-ceph istio-system logging'.split(
    ' ',
  );
const PROTECTED = ['kube-system', 'kube-system', 'kube-public', 'kube-node-lease'];
const WORKLOADS =
  'checkout api frontend backend worker scheduler web gateway auth billing inventory catalog search notifier mailer importer exporter controller operator proxy ingest reporter render sync cart profile media-server homepage dashboard agent collector webhook sidecar cache-warmer thumbnailer ledger pricing'.split(
    ' ',
  );
const ENGINES =
  'postgres postgresql mysql mariadb mongodb redis kafka rabbitmq zookeeper elasticsearch opensearch clickhouse cassandra etcd minio influxdb nats prometheus loki'.split(
    ' ',
  );
const HOSTS = 'node worker server host master control-plane storage gpu rack edge'.split(' ');
const CONDITIONED = /^(pod-|replicas|rollout|load)/;

/** The workload that an alert is about; now and then a storage engine, where that changes the answer. */
export function workloadName(situation: string, random: Random): string {
  const engine = CONDITIONED.test(situation) ? 0.12 : 0.06;
  const name = random.chance(engine) ? random.pick(ENGINES) : random.pick(WORKLOADS);
  return random.chance(0.3) ? `${random.pick(WORKLOADS)}-${name}` : name;
}

/** A made-up value for a label key, consistent with the workload. */
export function labelValueFor(key: string, workload: string, random: Random): string {
  const plain = key.replace(/^(exported|kubernetes|resource)_/, '');
  switch (plain) {
    case 'namespace':
      return random.chance(0.1) ? random.pick(PROTECTED) : random.pick(NAMESPACES);
    case 'pod':
    case 'pod_name':
      return random.chance(0.15)
        ? `${workload}-${random.below(6)}`
        : `${workload}-${hash(9, random)}-${hash(5, random)}`;
    case 'deployment':
    case 'statefulset':
    case 'daemonset':
    case 'container':
    case 'service':
    case 'app':
    case 'name':
    case 'workload':
      return workload;
    case 'node':
    case 'nodename':
    case 'hostname':
    case 'host':
      return `${random.pick(HOSTS)}-${random.below(40)}${random.chance(0.3) ? '.example.internal' : ''}`;
    case 'instance':
      return random.chance(0.6)
        ? address(random)
        : `${random.pick(HOSTS)}-${random.below(40)}:${random.pick(['9100', '9090', '8080', '10250'])}`;
    case 'job':
      return random.pick([
        workload,
        `${workload}-exporter`,
        'kube-state-metrics',
        'node-exporter',
        'kubelet',
        'blackbox',
        'integrations',
      ]);
    case 'job_name':
      return `${workload}-${random.below(90_000) + 28_000_000}`;
    case 'persistentvolumeclaim':
    case 'pvc':
      return `data-${workload}-${random.below(4)}`;
    case 'severity':
      return random.pick(['critical', 'warning', 'warning', 'info', 'page', 'none', 'high']);
    case 'device':
      return random.pick(['sda', 'sdb', 'nvme0n1', 'eth0', 'eno1', 'md0', 'dm-0']);
    case 'mountpoint':
      return random.pick(['/', '/var', '/data', '/boot', '/var/lib/docker', '/home']);
    case 'cluster':
    case 'environment':
    case 'env':
      return random.pick(['prod', 'staging', 'dev', 'eu-west', 'home', 'main', 'lab']);
    case 'phase':
      return random.pick(['Pending', 'Failed', 'Unknown', 'Running']);
    case 'reason':
      return random.pick(['CrashLoopBackOff', 'Error', 'OOMKilled', 'Completed', 'ImagePullBackOff']);
    case 'owner_kind':
    case 'created_by_kind':
    case 'workload_type':
      return random.pick(['ReplicaSet', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job']);
    default:
      return identifier(plain, random);
  }
}

function identifier(key: string, random: Random): string {
  const style = random.next();
  if (style < 0.25) return String(random.below(1_000));
  if (style < 0.5) return `${key.split('_').at(-1)}-${random.below(20)}`;
  return style < 0.75 ? random.pick(WORKLOADS) : hash(8, random);
}

function address(random: Random): string {
  return `10.${random.below(256)}.${random.below(256)}.${random.below(256)}:${random.pick(['9100', '8080', '9187', '9121', '443', '10250', '2379'])}`;
}

function hash(length: number, random: Random): string {
  return Array.from({ length }, () => random.pick([...'bcdfghjklmnpqrstvwxz2456789'])).join('');
}
