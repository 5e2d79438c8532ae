namespace PPYolo.Train.Epochs;

/// <summary>What an evaluation found.</summary>
/// <param name="Epoch">How many epochs were done.</param>
/// <param name="AveragePrecision">What the best checkpoint is chosen by, larger is better: COCO's AP over IoU 0.50 to 0.95, in [0,1], or -1
/// where it is undefined.</param>
/// <param name="Figures">All figures to log by name, such as AP50.</param>
public sealed record EpochScore(int Epoch, double AveragePrecision, IReadOnlyDictionary<string, double> Figures);
