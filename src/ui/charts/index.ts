/** The charts of a run, fetched together. */
export { LossChart } from './LossChart.tsx';
export { MetricChart } from './MetricChart.tsx';
export { SimilarityChart } from './SimilarityChart.tsx';
