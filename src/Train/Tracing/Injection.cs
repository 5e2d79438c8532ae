using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Train.Tracing;

/// <summary>Another run's tensor, to be put in the place of this run's own.</summary>
/// <param name="Rank">Into whose run.</param>
/// <param name="Iteration">When.</param>
/// <param name="Key">Where.</param>
/// <param name="Value">The tensor.</param>
internal sealed record Injection(int Rank, int Iteration, TraceKey Key, TensorData Value);
