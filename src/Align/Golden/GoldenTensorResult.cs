namespace PPYolo.Align.Golden;

/// <summary>What became of one tensor of a golden.</summary>
/// <param name="Tensor">The golden's, or the run's where the golden has none.</param>
/// <param name="Finding">How far they are apart.</param>
/// <param name="Fails">Whether that is too far.</param>
/// <param name="Bitwise">Whether all bits are equal.</param>
internal readonly record struct GoldenTensorResult(GoldenTensor Tensor, GoldenFinding Finding, bool Fails, bool Bitwise);
