/**
 * Whether anything could carry the action in the mode in force. In shadow nothing is sent, so no channel is needed and the decision
 * can be seen before one is configured.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { held, missing, passed } from '../gate-check.ts';

/** Holds without a channel or without knowing the mode; needs no channel in shadow. */
export function channelCheck(request: GateRequest, facts: GateFacts): CheckResult {
  const { mode, channel_ready: ready } = facts;
  if (mode === undefined) return missing('channel', 'mode');
  if (mode === 'shadow') {
    return passed('channel', 'nothing is sent in shadow mode', { mode, channel: request.channel });
  }
  if (ready === undefined) return missing('channel', 'channel_ready');
  const inputs = { mode, channel: request.channel, ready };
  if (ready) return passed('channel', `${request.channel} is ready in ${mode} mode`, inputs);
  return held('channel', {
    code: 'channel_unavailable',
    comparison: `nothing carries ${request.channel} in ${mode} mode`,
    inputs,
  });
}
