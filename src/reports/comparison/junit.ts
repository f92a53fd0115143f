import { escapeControls } from '../../core/errors.js';
import type { Check, GateOutcome, PairVerdict } from '../../schema/verdict.js';
import { evidenceMark } from '../../schema/evidence.js';
import { imageLine, verdictTitle } from './outcome-lines.js';

/**
 * JUnit XML for CI systems: a suite per pair of models, a test case per check. A failed check is a failure; one that is open
 * is skipped, with its reason, since it is neither; the exit status tells the two apart. What was forced is in every name,
 * and a test case of its own with the differences, which is skipped.
 */
export function outcomeToJunit(outcome: GateOutcome): string {
  const { pairs, comparison } = outcome;
  const isForced = comparison.forced.length > 0;
  const suites = pairs.map((pair) => suite(pair, outcome));
  const all = pairs.flatMap(({ checks }) => checks);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${attribute(`maskbench ${nameOf(outcome)}`)}" ${counts(all, isForced ? pairs.length : 0)}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function nameOf({ gate, comparison }: GateOutcome): string {
  const name = gate.assume === null ? gate.name : `${gate.name}, which assumes ${gate.assume}`;
  return comparison.forced.length === 0 ? name : `FORCED ${name}`;
}

function suite(pair: PairVerdict, outcome: GateOutcome): string {
  const { forced } = outcome.comparison;
  const isForced = forced.length > 0;
  const differences = forced.map(({ message }) => message).join('; ');
  return [
    `  <testsuite name="${attribute(`${nameOf(outcome)}: ${verdictTitle(pair)}`)}" ${counts(pair.checks, isForced ? 1 : 0)}>`,
    `    <properties>${propertiesOf(outcome).join('')}</properties>`,
    ...(isForced
      ? [
          `    <testcase classname="${attribute(`${verdictTitle(pair)}.forced`)}" name="FORCED" time="0"><skipped message="${attribute(`these differ: ${differences}`)}"/></testcase>`,
        ]
      : []),
    ...pair.checks.map((check) => testCase(check, verdictTitle(pair))),
    '  </testsuite>',
  ].join('\n');
}

/** What was judged and by what, for whoever finds the file later. */
function propertiesOf({ gate, code, comparison, untilDecided }: GateOutcome): readonly string[] {
  const of = (['baseline', 'candidate'] as const).flatMap((name): readonly (readonly [string, string])[] => {
    const { digest, evidence } = comparison[name];
    return [
      ...(evidence === undefined ? [] : [[`${name}.evidence`, evidenceMark(evidence)] as const]),
      ...(digest === undefined ? [] : [[`${name}.sha256`, digest] as const]),
    ];
  });
  const by = [
    ['gate.sha256', gate.sha256],
    ['gate.level', String(gate.level)],
    ...(gate.assume === null ? [] : [['gate.assume', gate.assume] as const]),
    ...(untilDecided === undefined
      ? []
      : Object.entries(untilDecided).map(([name, value]) => [`order.${name}`, String(value)] as const)),
    ['maskbench.version', code.maskbenchVersion],
    ['maskbench.sha256', code.sha256],
    ...(code.plugins ?? []).map(({ name, version }) => [`plugin.${name}`, version]),
  ] as const;
  return [...of, ...by].map(
    ([name, value]) => `<property name="${attribute(name)}" value="${attribute(value)}"/>`,
  );
}

function testCase({ id, kind, rule, verdict, evidence, images }: Check, title: string): string {
  const open = `    <testcase classname="${attribute(`${title}.${kind}`)}" name="${attribute(`${rule} [${id}]`)}" time="0">`;
  const details = [evidence, ...images.map(imageLine)].map(content).join('\n');
  const body = {
    pass: `<system-out>${details}</system-out>`,
    fail: `<failure type="${attribute(kind)}" message="${attribute(evidence)}">${details}</failure>`,
    inconclusive: `<skipped message="${attribute(`inconclusive: ${evidence}`)}"/>`,
  }[verdict];
  return `${open}${body}</testcase>`;
}

function counts(checks: readonly Check[], forced: number): string {
  const of = (verdict: Check['verdict']): number =>
    checks.filter((check) => check.verdict === verdict).length;
  return `tests="${checks.length + forced}" failures="${of('fail')}" errors="0" skipped="${of('inconclusive') + forced}" time="0"`;
}

function content(text: string): string {
  return xmlCharacters(text).replace(/[&<>]/g, (c) => ENTITIES[c] ?? c);
}

function attribute(text: string): string {
  return xmlCharacters(text).replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/** XML 1.0 has no way to say most control characters, half a surrogate pair, U+FFFE or U+FFFF. */
function xmlCharacters(text: string): string {
  return escapeControls(text).replace(
    /[\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
    '\uFFFD',
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
