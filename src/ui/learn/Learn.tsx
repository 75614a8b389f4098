/** What guidance is, as a page: the same as the Lab explains beside its experiment. */
import { Box, Title } from '@mantine/core';
import { Suspense } from 'react';
import { Explanation } from '../explain/lazyExplanation.ts';

export function Learn() {
  return (
    <Box maw={760} mx="auto" py={16} px={20} data-testid="learn-view">
      <Title order={2} fz={19} mb="sm">
        What is guidance?
      </Title>
      <Suspense fallback={null}>
        <Explanation />
      </Suspense>
    </Box>
  );
}
