namespace PPYolo.Train.Runs;

/// <summary>
/// Training cannot go on, because memory is full, or something is NaN or infinite, which is never written: checkpoints are those of before,
/// and an unfinished record is none.
/// </summary>
/// <param name="message">The iteration, the batch, the first bad tensor, and what is on the disk.</param>
/// <param name="inner">What was thrown, where it was.</param>
public sealed class TrainingHaltedException(string message, Exception? inner = null) : Exception(message, inner);
