/** Who makes an object, and who looks after what it stores: looked up before anything is done. */
import type { Api } from './api.ts';
import type { KubeObject, OwnerReference, PodSpec, Texts } from './objects.ts';
import type { LambdaCall, Owner } from './plan.ts';
import { RESOURCES, type Resource } from './resources.ts';

/** Workloads that may be changed, by the parameter `type`; a StatefulSet is left to people. */
export const WORKLOADS: Readonly<Record<string, Resource>> = {
  deployment: RESOURCES.deployments,
  daemonset: RESOURCES.daemonSets,
};

/** The controller that an object names, and the one behind a ReplicaSet; undefined for a bare object. */
export async function readOwner(api: Api, object: KubeObject): Promise<Owner | undefined> {
  const controller = controllerOf(object);
  if (controller?.kind !== 'ReplicaSet') return ownerOf(object, controller);
  const replicaSet = await api.get(RESOURCES.replicaSets, controller.name, object.metadata.namespace);
  // One of the same name that is not the one that is meant has another uid.
  const above = replicaSet?.metadata.uid === controller.uid ? controllerOf(replicaSet) : undefined;
  return ownerOf(object, above ?? controller);
}

export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

function ownerOf({ metadata }: KubeObject, reference: OwnerReference | undefined): Owner | undefined {
  if (reference === undefined) return undefined;
  const { kind, name, uid } = reference;
  const { namespace } = metadata;
  return { kind, name, uid, ...(namespace === undefined ? {} : { namespace }) };
}

/**
 * Why pods store data, in words, or undefined where they do not.
 *
 * @param labels what an alert about them would name them by: the policy lists what stores data by such labels
 */
export function storageOf(labels: Texts, spec: PodSpec | undefined, { storesData }: LambdaCall): string | undefined {
  const containers = spec?.containers?.map(({ name }) => ({ container: name })) ?? [];
  const named = [labels, ...containers].find((each) => storesData(each));
  if (named !== undefined) return `${Object.values(named).join(' or ')} is the name of what stores data`;
  const mounted = spec?.volumes?.find(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined);
  return mounted && `it mounts the PersistentVolumeClaim ${mounted.persistentVolumeClaim?.claimName}`;
}

/** The tool that makes the object from Git, in words, or undefined where none says so. */
export function gitOpsOf({ metadata: { labels = {}, annotations = {} } }: KubeObject): string | undefined {
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name'];
  if (kustomization !== undefined) return `the Flux Kustomization ${kustomization}`;
  const release = labels['helm.toolkit.fluxcd.io/name'];
  if (release !== undefined) return `the Flux HelmRelease ${release}`;
  const application =
    annotations['argocd.argoproj.io/tracking-id']?.split(':')[0] ?? labels['argocd.argoproj.io/instance'];
  return application === undefined ? undefined : `the Argo CD Application ${application}`;
}
