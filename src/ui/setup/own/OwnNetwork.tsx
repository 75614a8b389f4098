import { Button, Collapse, Group, Input, Menu, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { EditorView } from '@codemirror/view';
import { useEffect, useId, useRef, useState } from 'react';
import { planNetwork, textProblems } from '@/experiment/custom/plan.ts';
import { templatesFor } from '@/experiment/custom/templates.ts';
import { taskShape } from '@/experiment/networks/describe.ts';
import type { CustomSpec } from '@/experiment/schema/schema.ts';
import { useExperiment } from '@/state/experiment.ts';
import { FieldLabel } from '../fields/FieldLabel.tsx';
import { useField } from '../fields/useField.ts';
import { useHoldRefused, useNoteOnClose } from '../parts/useNoteOnClose.ts';
import { createEditor, goTo, replaceText, showProblems } from './codeEditor.ts';
import { draftOf, keepDraft } from './drafts.ts';
import { Grammar } from './Grammar.tsx';
import { Outline } from './Outline.tsx';
import classes from './own.module.css';

/** Quiet time behind the last keystroke before a text is checked and enters the experiment. */
const SETTLE_MS = 250;

const STILL_WRONG = {
  title: 'Your network: not changed',
  message: 'Its text has a mistake, so the network stays as it was. The text is kept: open the editor again to go on.',
};

/** The text of a network, edited: checked while it is written, drawn, and taken into the experiment when it is right. */
export default function OwnNetwork({ path, network }: { path: string; network: CustomSpec }) {
  const field = useField(`${path}.text`);
  const task = taskShape(useExperiment((state) => state.experiment.task));
  const [text, setText] = useState(() => draftOf(path, network.text));
  const [help, { toggle }] = useDisclosure(false);
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  /** The text that the experiment and the editor last agreed on. */
  const agreed = useRef(network.text);
  const statusId = useId();

  const problems = textProblems({ text, tap: network.tap }, task);
  const [problem] = problems;

  useEffect(() => {
    if (!host.current) return;
    const view = createEditor(host.current, {
      text: draftOf(path, agreed.current),
      label: 'Layers of the network',
      describedBy: statusId,
      onChange: setText,
    });
    editor.current = view;
    return () => view.destroy();
  }, [path, statusId]);

  // A change from elsewhere: undone, reset, another guide.
  useEffect(() => {
    if (network.text === agreed.current) return;
    agreed.current = network.text;
    if (editor.current) replaceText(editor.current, network.text);
  }, [network.text]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the field and the task are new with every rendering; what was written tells when to check
  useEffect(() => {
    keepDraft(path, network.text, text);
    const timer = setTimeout(() => {
      if (editor.current) showProblems(editor.current, problems);
      if (problems.length > 0 || text === network.text) return;
      if (field.set(text)) agreed.current = text;
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, network.text, path, task.input.join()]);

  useHoldRefused(problems.length > 0 ? 'Layers' : null);
  useNoteOnClose(problems.length > 0 ? STILL_WRONG : null);

  const Chevron = help ? IconChevronDown : IconChevronRight;
  return (
    <Input.Wrapper labelElement="div" label={<FieldLabel label="Layers" field={field} show={() => "the preset's"} />} error={null}>
      <div className={classes.panes}>
        <div ref={host} className={classes.editor} data-testid="network-text" data-invalid={problem !== undefined || undefined} />
        <div id={statusId} aria-live="polite" className={classes.status} data-testid="network-status">
          {problem ? (
            <Text size="xs" c="var(--bad)">
              <UnstyledButton className={classes.place} onClick={() => editor.current && goTo(editor.current, problem)}>
                Line {problem.line}, column {problem.column}
              </UnstyledButton>
              : {problem.message}
              {problems.length > 1 && ` (${problems.length - 1} more.)`} Until then the network stays as it was.
            </Text>
          ) : field.error ? (
            <Text size="xs" c="var(--bad)">
              {field.error} The network stays as it was.
            </Text>
          ) : (
            <Text size="xs" c="dimmed">
              Every line fits.
            </Text>
          )}
        </div>
        <Outline plan={planNetwork({ text, tap: network.tap }, task)} />
      </div>
      <Group gap="xs" mt={6}>
        <Menu position="top-start" withinPortal={false}>
          <Menu.Target>
            <Button size="compact-xs" variant="default">
              Start from…
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {templatesFor(task).map((template) => (
              <Menu.Item key={template.id} onClick={() => editor.current && replaceText(editor.current, template.text)}>
                {template.name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <UnstyledButton onClick={toggle} aria-expanded={help} fz="xs">
          <Group gap={4} wrap="nowrap">
            <Chevron size={13} aria-hidden />
            How it is written
          </Group>
        </UnstyledButton>
      </Group>
      <Collapse expanded={help}>
        <Grammar reads={task.tokens ? 'tokens' : 'images'} />
      </Collapse>
    </Input.Wrapper>
  );
}
