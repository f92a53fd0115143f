// Report by it: maskbench --config run.yaml report runs/mine --format tabbed.tsv
export default {
  name: 'tabbed',
  formats: [
    {
      name: 'tabbed.tsv',
      extension: 'tsv',
      summary: 'every figure in long form, cells apart by tabs',
      render({ figures: { columns, rows } }) {
        const line = (cells) => `${cells.map((cell) => String(cell).replaceAll(/\s/g, ' ')).join('\t')}\n`;
        return [columns, ...rows].map(line).join('');
      },
    },
  ],
};
