using PPYolo.Data.Batches;
using PPYolo.Train.Stepping;

namespace PPYolo.Train.Runs;

/// <summary>An iteration that a <see cref="Trainer"/> has done.</summary>
/// <param name="Batch">What it trained on.</param>
/// <param name="Result">What it computed.</param>
/// <param name="DataWait">How long it waited for the batch.</param>
/// <param name="StepTime">How long the training step took.</param>
public sealed record TrainedBatch(Batch Batch, StepResult Result, TimeSpan DataWait, TimeSpan StepTime);
