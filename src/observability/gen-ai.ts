/**
 * The names that OpenTelemetry's semantic conventions have for models and agents, as far as they are used here. All of them are still in
 * development and change between versions, so they are pinned: this is the only file that knows them, and a test holds it to the package of that version.
 * Names for what was asked and answered (messages, instructions, texts of queries) are left out on purpose: no setting puts content into a span.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/
 */
export const GEN_AI_VERSION = '1.45.0';

export const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  embeddingDimensions: 'gen_ai.embeddings.dimension.count',
  agent: 'gen_ai.agent.name',
  conversation: 'gen_ai.conversation.id',
} as const;

/** Values of `gen_ai.operation.name`. */
export const GEN_AI_OPERATION = { embeddings: 'embeddings', invokeAgent: 'invoke_agent' } as const;

/** Every name in the conventions that carries content. None of them may ever be in a span. */
export const GEN_AI_CONTENT = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.prompt',
  'gen_ai.completion',
  'gen_ai.retrieval.query.text',
  'gen_ai.retrieval.documents',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.evaluation.explanation',
] as const;
