import { z } from 'zod';
import { CSV_DELIMITERS } from '../../core/csv.js';
import { patternParts, unitPattern } from './name-pattern.js';

const attributes = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .optional()
      .describe(
        'CSV in UTF-8 (a byte order mark is allowed) with a header, an image per line. A column is an attribute: of numbers where every value in it is one, else of words. ${NAME}, ${NAME:-default}, ${CONFIG_DIR} and a leading ~ are expanded as in root; else relative to the root.',
      ),
    delimiter: z.enum(CSV_DELIMITERS).optional().describe('The delimiter of its fields; a comma by default.'),
    id: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The column of the ids, each the path of an image without prefix, suffix and extension; without it, id.',
      ),
    columns: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('The columns to take; without it, all but that of the ids.'),
    pattern: z
      .string()
      .refine((text) => patternParts(text) !== undefined, {
        error: 'expected placeholders with different names and text between them, such as "{subject}_{view}"',
      })
      .optional()
      .describe(
        'In place of a file: what the names say, by placeholders in braces with something between any two, e.g. {subject}_{view}. Each takes as little as it can, the last one the rest. Matched with the last part of the id, or as many parts as the pattern has.',
      ),
  })
  .refine(({ file, pattern }) => (file === undefined) !== (pattern === undefined), {
    error: 'expected either file or pattern',
  })
  .refine(({ pattern, delimiter, id, columns }) => pattern === undefined || !(delimiter ?? id ?? columns), {
    error: 'delimiter, id and columns need a file',
  });

const unitPatternText = z
  .string()
  .min(1)
  .check(({ value, issues }) => {
    const found = unitPattern(value);
    if (found.kind === 'fault') issues.push({ code: 'custom', input: value, message: found.message });
  })
  .describe(
    'A regular expression that is looked for in every id (the path of an image without prefix, suffix and extension): what its group takes is the unit, or all that it matches. An image in whose id it is not found is refused.',
  );

export const attributeFields = {
  attributes: attributes
    .optional()
    .describe('What is known of the images besides what the layout says: to slice by, and for units.'),
  unit: z
    .union([z.string().min(1), z.strictObject({ pattern: unitPatternText })])
    .optional()
    .describe(
      'The independent units: images of one unit belong together. Either the attribute (of the layout or of attributes) whose values they are, or a pattern that finds them in the ids.',
    ),
};
