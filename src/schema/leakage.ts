/** Stands in a model's `trainedOn` where nobody says what, or what else, its weights have seen. */
export const UNKNOWN_TRAINING = 'unknown';

/** What of a dataset a model was trained on: the tags that both name. Not empty means: its scores there are not held out. */
export function leakedTags(trainedOn: readonly string[], tags: readonly string[]): readonly string[] {
  return trainedOn.filter((tag) => tag !== UNKNOWN_TRAINING && tags.includes(tag));
}

interface Training {
  readonly name: string;
  readonly trainedOn: readonly string[];
  readonly selectedOn?: readonly string[];
}

interface Pictures {
  readonly title: string;
  readonly tags: readonly string[];
}

/**
 * What is to be known of scores that are not leaked: checkpoints that were chosen by their scores on a dataset, and
 * models of which nobody says what they have seen. A sentence each.
 */
export function trainingCautions(
  models: readonly Training[],
  datasets: readonly Pictures[],
): readonly string[] {
  const chosen = models.flatMap(({ name, trainedOn, selectedOn = [] }) => {
    const titles = datasets
      .filter(
        ({ tags }) => leakedTags(selectedOn, tags).length > 0 && leakedTags(trainedOn, tags).length === 0,
      )
      .map(({ title }) => title);
    return titles.length === 0
      ? []
      : [
          `${name} was selected among its checkpoints by scores on ${titles.join(', ')}: not fully held out there.`,
        ];
  });
  const unknown = models.filter(({ trainedOn }) => trainedOn.includes(UNKNOWN_TRAINING));
  if (unknown.length === 0) return chosen;
  const names = unknown.map(({ name }) => name).join(', ');
  return [...chosen, `Training data unknown for ${names}; it may include these pictures.`];
}
