import type { VNode } from 'preact';
import type { RankingReport, RankingTable } from '../../../schema/ranking.js';
import { formatScore } from '../../tables/table.js';
import { Name } from './name.js';

interface Props {
  readonly title: string;
  readonly ranking: RankingReport;
  readonly titleOf: (dataset: string) => string;
}

/** The models in tiers, one card per dataset and one over all images. */
export function Tiers({ title, ranking: { tables, alpha }, titleOf }: Props): VNode | null {
  return tables.length === 0 ? null : (
    <div class="block">
      <h3>{title}</h3>
      <p class="caption">
        Models of one tier are not told apart, which does not show that they are equal. Every pair by bounds
        on the difference of means that hold for all scores in the metric’s range, Holm over all pairs: the
        chance of any better tier in one list that is not so is at most {alpha}, for independent{' '}
        {tables.some(({ units }) => units !== undefined) ? 'units' : 'images'}. Over all datasets each weighs
        the same.
      </p>
      <div class="cards">
        {tables.map((table) => (
          <TierCard table={table} title={table.dataset === null ? 'All datasets' : titleOf(table.dataset)} />
        ))}
      </div>
    </div>
  );
}

function TierCard({ table, title }: { readonly table: RankingTable; readonly title: string }): VNode {
  const tiers = [...new Set(table.ranks.map(({ tier }) => tier))].sort((a, b) => a - b);
  return (
    <div class="card">
      <h4>
        <bdi>{title}</bdi>
        <small>
          {table.title}, {table.n.toLocaleString('en-US')} images
        </small>
      </h4>
      <ol class="tiers">
        {tiers.map((tier) => (
          <li>
            <span class="tier">{tier}</span>
            <ul>
              {table.ranks
                .filter((rank) => rank.tier === tier)
                .map(({ model, mean, alike }) => (
                  <li>
                    <Name text={model} /> <span class="figure">{formatScore(mean)}</span>
                    {alike.length > 0 && <small>like {alike.join(', ')}</small>}
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ol>
      {table.excluded.length > 0 && (
        <ul class="notes">
          {table.excluded.map(({ model, reason }) => (
            <li>
              <Name text={model} />: {reason}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
