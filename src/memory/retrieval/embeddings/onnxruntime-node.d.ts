/** An optional peer: its own types are there only where it is installed, and what is used of it stands in `onnx-embedder.ts`. */
declare module 'onnxruntime-node';
