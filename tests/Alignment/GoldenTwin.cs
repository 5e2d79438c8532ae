using PPYolo.Data.Batches;
using PPYolo.Train.Runs;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// In what a twin differs from the run whose floor it measures: images about their last bit, and in every other twin the number of threads.
/// </summary>
/// <param name="Observe">Watches the twin.</param>
/// <param name="Batches">Stands between the twin and its batches.</param>
/// <param name="Threads">Threads over all ranks.</param>
internal sealed record GoldenTwin(Action<Trainer> Observe, Func<IBatchSource, IBatchSource> Batches, int Threads);
