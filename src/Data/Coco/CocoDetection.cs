namespace PPYolo.Data.Coco;

/// <summary>One box that a detector reports.</summary>
/// <param name="ImageId">The image it is in.</param>
/// <param name="CategoryId">Its category, numbered as in the ground truth.</param>
/// <param name="Box">Where it is.</param>
/// <param name="Score">Confidence; any finite number, higher is surer.</param>
public readonly record struct CocoDetection(long ImageId, long CategoryId, CocoBox Box, double Score);
