import type { Path } from '../../text/document.ts';
import { listed } from '../../text/listed.ts';
import { maintenanceComplaint } from '../maintenance.ts';
import { namespaceComplaint, namespaceSet } from '../namespaces.ts';
import type { RemediationSection } from '../remediation.ts';
import { type KnownNames, type Report, requireKnown } from './report.ts';

/** Checks what the rules, bounds and maintenance windows of a policy speak of. */
export function checkRemediation(
  { rules = [], bounds = {}, maintenance = [] }: RemediationSection,
  known: KnownNames,
  report: Report,
): void {
  for (const [index, { functions = [], namespaces = [] }] of rules.entries()) {
    const path = ['remediation', 'rules', index];
    for (const [position, name] of functions.entries()) {
      if (!name.includes('*'))
        requireKnown('function', name, known.functions, [...path, 'functions', position], report);
      else if (known.functions?.some(namespaceSet([name]).has) === false)
        report([...path, 'functions', position], `"${name}" matches no function; known are ${listed(known.functions)}`);
    }
    checkNamespaces(namespaces, [...path, 'namespaces'], report);
  }
  for (const [name, ofParameters] of Object.entries(bounds)) {
    requireKnown('function', name, known.functions, ['remediation', 'bounds', name], report);
    for (const parameter of Object.keys(ofParameters)) {
      const path = ['remediation', 'bounds', name, parameter];
      requireKnown('parameter', parameter, known.parameters?.get(name), path, report);
    }
  }
  for (const [index, window] of maintenance.entries()) {
    const complaint = maintenanceComplaint(window);
    if (complaint !== undefined) report(['remediation', 'maintenance', index], complaint);
    checkNamespaces(window.namespaces ?? [], ['remediation', 'maintenance', index, 'namespaces'], report);
  }
}

/** Checks that each pattern can match a namespace. */
export function checkNamespaces(patterns: readonly string[], path: Path, report: Report): void {
  for (const [index, pattern] of patterns.entries()) {
    const complaint = pattern === '' ? undefined : namespaceComplaint(pattern);
    if (complaint !== undefined) report([...path, index], `"${pattern}" can match no namespace; give ${complaint}`);
  }
}
