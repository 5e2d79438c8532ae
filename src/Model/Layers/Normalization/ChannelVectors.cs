using static TorchSharp.torch;

namespace PPYolo.Model.Layers.Normalization;

/// <summary>Per-channel vectors of a norm, float64.</summary>
/// <param name="Mean">The batch's mean.</param>
/// <param name="Scale">The weight over the standard deviation.</param>
/// <param name="Bias">The bias.</param>
internal sealed record ChannelVectors(Tensor Mean, Tensor Scale, Tensor Bias);
