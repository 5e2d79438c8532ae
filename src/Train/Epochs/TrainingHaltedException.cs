namespace PPYolo.Train.Epochs;

/// <summary>Training over epochs cannot go on, because something is NaN or infinite. Checkpoints are those of before.</summary>
/// <param name="message">The iteration, the batch, the first bad tensor, and the checkpoint to go on from.</param>
/// <param name="inner">What was thrown, where it was.</param>
public sealed class TrainingHaltedException(string message, Exception? inner = null) : Exception(message, inner);
