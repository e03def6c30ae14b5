/** The annotations that past alerts had, as far as the rules that a Prometheus has loaded now tell. */
import { type Labels, labelValue } from '../../shared/alert/alert.ts';
import { FUNCTION_ANNOTATION } from '../../shared/alert/exclusion.ts';
import { PARAMETERS_ANNOTATION } from '../../shared/annotation.ts';
import { listed } from '../../shared/text/listed.ts';
import { fill, fillLabels, textsOf } from '../rules/fired.ts';
import { fetchRules } from '../rules/loaded-rules.ts';
import type { Rule } from '../rules/rule-file.ts';
import { UserError } from '../verb.ts';
import type { PastAlert } from './firing.ts';

interface RuleTexts {
  /** The alert of a series of ALERTS. */
  readonly alertOf: (labels: Labels) => PastAlert;
  /** What the rules did not tell of the alerts that were asked about. */
  readonly notes: () => string[];
}

/** What an annotation decides must not be made up. */
const DECISIVE = new Set<string>([FUNCTION_ANNOTATION, PARAMETERS_ANNOTATION]);

/** The rules of the server at a URL. */
export async function fetchTexts(url: string): Promise<RuleTexts> {
  try {
    return textsOfRules(await fetchRules(url), url);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...textsOfRules([], url), notes: () => [`no annotations: ${error.message}`] };
  }
}

export function textsOfRules(rules: readonly Rule[], url: string): RuleTexts {
  const byName = new Map<string, Rule[]>();
  for (const rule of rules) byName.set(rule.alert, [...(byName.get(rule.alert) ?? []), rule]);
  const gone = new Set<string>();
  return {
    alertOf(labels) {
      const name = labels.alertname ?? '';
      const rule = ruleOf(labels, byName.get(name) ?? []);
      if (rule !== undefined) return alertBy(rule, labels, url);
      gone.add(name);
      return { labels, annotations: {} };
    },
    notes: () => (gone.size === 0 ? [] : [`no current rule fires ${listed([...gone])}: decided without annotations`]),
  };
}

/** The rule of this name whose own labels the alert has; the one with most of them where several do. */
function ruleOf(labels: Labels, rules: readonly Rule[]): Rule | undefined {
  const own = (rule: Rule) => Object.entries(textsOf(rule.fields.labels));
  const isTemplate = (value: string) => value.includes('{{');
  return rules
    .filter((rule) => own(rule).every(([name, value]) => isTemplate(value) || labelValue(labels, name) === value))
    .toSorted((left, right) => own(right).length - own(left).length)[0];
}

// $labels are those of the series: what the rule adds is not among them.
function alertBy({ fields }: Rule, labels: Labels, url: string): PastAlert {
  const added = new Set(['alertname', ...Object.keys(textsOf(fields.labels))]);
  const series = Object.fromEntries(Object.entries(labels).filter(([name]) => !added.has(name)));
  const annotations = Object.entries(textsOf(fields.annotations)).map(([name, text]) => [
    name,
    DECISIVE.has(name) ? fillLabels(text, series) : fill(text, series),
  ]);
  const expression = new URLSearchParams({ 'g0.expr': String(fields.expr) });
  return {
    labels,
    annotations: Object.fromEntries(annotations),
    generatorURL: `${url.replace(/\/?$/, '/')}graph?${expression}`,
  };
}
