import { Affix, Button, Group, Paper, Progress, Text } from '@mantine/core';
import { useAssets } from '@/state/assets.ts';
import { cancelFetch } from '@/state/files.ts';
import { bytes } from '@/ui/words.ts';

/** What is being fetched or read, in a corner: nothing on the page moves for it. */
export function FilesProgress() {
  const progress = useAssets((state) => state.progress);
  if (!progress) return null;
  const { name, activity, done, total } = progress;
  const share = total === null ? null : Math.round((100 * done) / total);
  const verb = activity === 'fetching' ? 'Fetching' : 'Reading';
  return (
    <Affix position={{ bottom: 'calc(16px + var(--dock))', right: 16 }} zIndex={401}>
      <Paper withBorder shadow="md" p="sm" w={280} role="status" data-testid="files-progress">
        <Text size="sm" truncate>
          {verb} {name}
        </Text>
        <Progress value={share ?? 100} animated={share === null} mt={6} aria-label={`${verb} ${name}`} />
        <Group justify="space-between" mt={4} mih={30}>
          <Text size="xs" c="dimmed">
            {share !== null ? `${share} %` : done > 0 ? bytes(done) : 'starting'}
          </Text>
          {activity === 'fetching' && <Button onClick={() => void cancelFetch()}>Cancel</Button>}
        </Group>
      </Paper>
    </Affix>
  );
}
